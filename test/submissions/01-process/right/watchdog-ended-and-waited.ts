// A second child is a watchdog that would end a command after an hour; it is killed and waited for at the end.
import {
	_exit,
	execve,
	fork,
	kill,
	PR_SET_PDEATHSIG,
	prctl,
	SIGKILL,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

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

	const watchdog = startWatchdog(child);
	try {
		const { status } = waitpid(child);
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	} finally {
		kill(watchdog, SIGKILL);
		waitpid(watchdog);
	}
}

function startWatchdog(victim: number): number {
	const watchdog = fork();
	if (watchdog !== 0) return watchdog;
	try {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HOUR);
		kill(victim, SIGKILL);
	} catch {
		// nothing to be done here: it ends
	}
	return _exit(0);
}
