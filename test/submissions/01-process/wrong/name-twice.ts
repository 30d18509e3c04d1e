// diagnosis: arguments-changed
// Believed that execve adds the arguments to the name, and that the list needs the name once more.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(command[0], [command[0], ...command]);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
