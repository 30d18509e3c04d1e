// The least that is right, in other words than the solution: many wrong answers are this with one mistake.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
