// A second child looks on while the command runs; it is ended, and waited for.
import { _exit, execve, fork, kill, SIGKILL, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const watchdog = fork();
	if (watchdog === 0) {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_600_000);
		_exit(0);
	}
	const pid = fork();
	if (pid === 0) {
		enter();
		become(command);
	}
	const { status } = waitpid(pid);
	kill(watchdog, SIGKILL);
	waitpid(watchdog);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

function become(command: readonly [string, ...string[]]): never {
	try {
		execve(command[0], command);
	} catch {
		_exit(127);
	}
}
