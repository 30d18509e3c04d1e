// diagnosis: enter-not-called
// Believed that two children of one parent share what one of them does.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const first = fork();
	if (first === 0) {
		enter();
		_exit(0);
	}
	waitpid(first);
	const pid = fork();
	if (pid === 0) become(command);
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
