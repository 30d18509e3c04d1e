// diagnosis: signal-death-hidden
// Believed that every end has an exit code.
import { _exit, execve, fork, WEXITSTATUS, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	return WEXITSTATUS(waitpid(pid).status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
