// diagnosis: exit-code-wrong
// Believed that it is enough to tell success from failure.
import { _exit, execve, fork, WEXITSTATUS, WIFEXITED, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	const { status } = waitpid(pid);
	return WIFEXITED(status) && WEXITSTATUS(status) === 0 ? 0 : 1;
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
