// Waits for any child: there is only one.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	if (fork() === 0) {
		enter();
		become(command);
	}
	const { status } = waitpid(-1);
	if (WIFSIGNALED(status)) return WTERMSIG(status) | 0x80;
	return WEXITSTATUS(status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
