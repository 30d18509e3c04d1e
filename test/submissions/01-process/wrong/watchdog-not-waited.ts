// Kills its watchdog and never waits for it; breaks "Each of them must have ended, and must have been waited for, when
// `runCommand` returns.".
// diagnosis: zombie-left
import { _exit, execve, fork, kill, SIGKILL, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

const HOUR = 3_600_000;

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}

	const watchdog = fork();
	if (watchdog === 0) {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HOUR);
		kill(child, SIGKILL);
		_exit(0);
	}

	const { status } = waitpid(child);
	kill(watchdog, SIGKILL); // it is not needed any more
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
