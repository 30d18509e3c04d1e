// diagnosis: unshared-too-much
// Believed that all kinds that need no preparation may as well be taken at once.
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP);
	sethostname(hostname);
}
