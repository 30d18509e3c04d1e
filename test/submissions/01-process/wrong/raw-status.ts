// diagnosis: raw-status
// Believed that the wait status is the exit code.
import { _exit, execve, fork, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	return waitpid(pid).status;
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
