// diagnosis: enter-swallowed
// Believed that whatever goes wrong in the child is a program that cannot be run.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		try {
			enter();
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
