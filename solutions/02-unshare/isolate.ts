import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

/** Gives this process its own hostname and its own System V IPC; everything else stays shared with the host. */
export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	// Only now: before unshare, this would have renamed the host.
	sethostname(hostname);
}
