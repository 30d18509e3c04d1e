/** Where the agent, which stands outside the harbour, finds what it reads. */

/** The agent's own view of all processes, itself among them. */
export const OWN_PROC = "/own";

/** The harbour's file system, as its init sees it. */
export const HARBOUR_ROOT = "/proc/1/root";
