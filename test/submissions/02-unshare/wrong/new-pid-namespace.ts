// diagnosis: unshared-too-much
// misconception: 1
// Believed that CLONE_NEWPID makes this process pid 1 at once.
import { CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID);
	sethostname(hostname);
}
