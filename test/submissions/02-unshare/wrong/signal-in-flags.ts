// diagnosis: unshare-invalid-flags
// Believed that unshare takes the flags of clone(2), the signal at the child's end included.
import { CLONE_NEWIPC, CLONE_NEWUTS, SIGCHLD, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD);
	sethostname(hostname);
}
