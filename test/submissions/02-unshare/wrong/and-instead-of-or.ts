// diagnosis: unshare-without-flags
// Believed that "UTS and IPC" is written with &: but the flags have no bit in common, so that is 0.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS & CLONE_NEWIPC);
	sethostname(hostname);
}
