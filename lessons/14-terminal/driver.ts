import { _exit, fork, SIG_BLOCK, SIGHUP, SIGINT, SIGQUIT, sigprocmask, waitpid } from "#kernel";
import { connectStreams } from "../../solutions/14-terminal/streams.ts";
import { run as runContainer } from "../../solutions/box.ts";

/**
 * Runs a container as `box` does: the engine and its children survive the signals that the caller's terminal sends.
 * Only the command gets these signals again, because execve(2) is called with no signal blocked.
 */
export function run(asked: Parameters<typeof runContainer>[0]): number {
	// Other threads of Node do not block signals. With a handler, the signal ends nothing there.
	for (const name of ["SIGHUP", "SIGINT", "SIGQUIT"] as const) process.on(name, () => {});
	sigprocmask(SIG_BLOCK, [SIGHUP, SIGINT, SIGQUIT]);
	return runContainer(asked);
}

/**
 * Runs a container, after the streams of another one were connected in vain: that one has a terminal, and its process
 * ends before takeStreams.
 */
export function runAfterFailure(asked: Parameters<typeof runContainer>[0]): number {
	const failing = fork();
	if (failing === 0) {
		connectStreams({ interactive: true, tty: true });
		_exit(1);
	}
	waitpid(failing);
	return run(asked);
}
