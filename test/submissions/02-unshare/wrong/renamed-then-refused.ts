// diagnosis: unshare-invalid-flags
// Believed that unshare wants the signal of clone(2), and that the order does not matter.
import { CLONE_NEWIPC, CLONE_NEWUTS, SIGCHLD, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	sethostname(hostname);
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD);
}
