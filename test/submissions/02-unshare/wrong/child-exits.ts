// diagnosis: unshared-in-child
// Believed that a new namespace has to be made in a child, and that the parent then has it too.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const pid = fork();
	if (pid === 0) {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		sethostname(hostname);
		_exit(0);
	}
	waitpid(pid);
}
