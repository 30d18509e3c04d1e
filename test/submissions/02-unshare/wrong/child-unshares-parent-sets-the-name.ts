// diagnosis: unshared-in-child
// Believed that parent and child share what either of them unshares.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const pid = fork();
	if (pid === 0) {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		_exit(0);
	}
	waitpid(pid);
	sethostname(hostname);
}
