// diagnosis: child-crashed
// Believed that process.exit is _exit with another name.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const middle = fork();
	if (middle === 0) {
		enter();
		const pid = fork();
		if (pid === 0) become(command);
		process.exit(WEXITSTATUS(waitpid(pid).status));
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
