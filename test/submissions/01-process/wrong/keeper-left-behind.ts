// diagnosis: processes-left
// Believed that somebody has to be there in case the command does not end.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	if (fork() === 0) {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_600_000);
		_exit(0);
	}
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
