// diagnosis: arguments-shifted
// Believed that argv holds what comes after the program's name.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const [program, ...args] = command;
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(program, args);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
