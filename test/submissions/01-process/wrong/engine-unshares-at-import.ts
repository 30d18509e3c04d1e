// diagnosis: engine-left-host
// Believed that the engine may prepare a namespace for all its containers, when it starts.
import { _exit, CLONE_NEWUTS, execve, fork, unshare, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

unshare(CLONE_NEWUTS);

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
