// diagnosis: unshared-in-child
// Believed that a child can make the namespace for its parent.
import { _exit, CLONE_NEWPID, fork, unshare, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
export function enterPidNamespace(): void {
	const child = fork();
	if (child === 0) {
		unshare(CLONE_NEWPID);
		_exit(0);
	}
	waitpid(child);
	const command = fork();
	if (command !== 0) _exit(codeOf(waitpid(command).status));
}
