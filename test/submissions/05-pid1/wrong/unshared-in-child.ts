// diagnosis: unshared-in-child
// Believed that a child can make the namespace for its parent, which then becomes the command.
import { _exit, CLONE_NEWPID, fork, unshare, waitpid } from "#kernel";

export function enterPidNamespace(): void {
	const child = fork();
	if (child === 0) {
		unshare(CLONE_NEWPID);
		_exit(0);
	}
	waitpid(child);
}
