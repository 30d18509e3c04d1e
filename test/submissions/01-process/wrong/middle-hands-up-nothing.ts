// diagnosis: exit-code-not-handed-up
// Believed that the engine hears of its grandchildren.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const middle = fork();
	if (middle === 0) {
		enter();
		const pid = fork();
		if (pid === 0) become(command);
		waitpid(pid);
		_exit(0);
	}
	const { status } = waitpid(middle);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
