import { _exit, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

/**
 * Puts the command into a PID namespace of its own, with a /proc that shows it and an init that looks after it.
 * The engine calls it in the process that is about to become the container's command.
 *
 * Called in one process, it returns in another: the last child that is forked here becomes the command.
 */
export function enterPidNamespace(): void {
	// TODO(05.1) ask for a new PID namespace: children that are forked from now on are in it
	// TODO(05.2) block the signals that lookAfter is to take, so that none comes too early
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	// TODO(05.3) mount a proc file system on /proc: here, because this process is in the new namespace
	// TODO(05.4) fork once more: this process stays, as pid 1, and looks after the child; only the child returns
}

/**
 * Looks after a child until it has ended.
 * @returns its exit code; 128+n when signal n ended it
 */
function lookAfter(child: number): number {
	// TODO(05.5) wait for the next signal with sigwaitinfo, and pass it on to the child, unless it is SIGCHLD
	// TODO(05.6) at SIGCHLD, reap every child that has ended, also orphans; stop if one was the child to look after
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
