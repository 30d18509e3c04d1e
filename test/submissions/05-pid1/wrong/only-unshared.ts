// diagnosis: only-children-moved
// misconception: 1
// Believed that unshare(CLONE_NEWPID) moves its caller.
import { CLONE_NEWPID, unshare } from "#kernel";

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
}
