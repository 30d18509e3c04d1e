import { _exit, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

/**
 * Puts the command into a PID namespace of its own, with a /proc that shows this namespace, and an init that looks
 * after the command. The engine calls it in the process that is about to become the container's command.
 *
 * Called in one process, it returns in another: the last child that is forked here becomes the command.
 */
export function enterPidNamespace(): void {
	// TODO(05.1) ask for a new PID namespace: children that are forked from now on are in it
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	// TODO(05.2) mount a proc file system on /proc: here, because this process is in the new namespace
	// TODO(05.3) fork once more: this process stays, as pid 1, and looks after the child; only the child returns
}

/**
 * Looks after a child until it has ended.
 * @returns its exit code; 128+n when signal n ended it
 */
function lookAfter(child: number): number {
	// TODO(05.4) replace this waiting. Block SIGCHLD before the first fork, so that none comes too early; here, take it
	// with sigwaitinfo, and reap every child that has ended, also orphans. Return when one was the child to look after.
	// TODO(05.5) also block and take the signals that a user may send, and pass each of them on to the child
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
