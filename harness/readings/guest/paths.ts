/**
 * Where the agent finds the files that it reads. The agent runs outside the harbour, the machine that exercises see.
 * See harness/guest/harbour.ts.
 */

/** The /proc of the agent's own PID namespace, which has all processes, the agent among them. */
export const AGENT_PROC = "/own";

/** The harbour's file system, as its init sees it. */
export const HARBOUR_ROOT = "/proc/1/root";
