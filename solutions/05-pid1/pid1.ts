import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
	SI_KERNEL,
	SIG_BLOCK,
	SIGCHLD,
	SIGCONT,
	SIGHUP,
	SIGINT,
	SIGQUIT,
	SIGTERM,
	SIGUSR1,
	SIGUSR2,
	SIGWINCH,
	sigprocmask,
	sigwaitinfo,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

/** The signals that a user may send to a container, and SIGCHLD, which reports that a child has ended. */
const SIGNALS = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD];

/**
 * Puts the command into a PID namespace of its own, with a /proc that shows it and an init that looks after it.
 *
 * Called by one process, it returns in another: the one that is about to become the command. The caller stays outside
 * and waits; the process between them is the namespace's init, pid 1. Caller and init end with the command's exit
 * code, or with 128+n if signal n ended the command. When init ends, the kernel kills what the command has left behind.
 *
 * @throws {SyscallError} EPERM no CAP_SYS_ADMIN; ENOMEM, EAGAIN no room for a process. An exception in init ends the namespace.
 * @see pid_namespaces(7)
 */
export function enterPidNamespace(): void {
	// Before the first fork, because children inherit the mask. From now on, signals stay pending for sigwaitinfo.
	sigprocmask(SIG_BLOCK, SIGNALS);
	// The new namespace is for the children: this process keeps its pid and its namespace.
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	// Here, not above: a proc file system shows the namespace of the process that mounts it.
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

/**
 * Passes signals on to the child, and reaps whatever ends, until the child itself has ended. The signals must be blocked.
 * @returns the child's exit code; 128+n when signal n ended it
 */
function lookAfter(child: number): number {
	for (;;) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		// A terminal's Ctrl-C comes from the kernel, which has already sent it to every process in the foreground.
		if (signo !== SIGCHLD && code !== SI_KERNEL) kill(child, signo);
		// One SIGCHLD may stand for many children. -1 means any child: orphans are children of pid 1, too.
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG)) {
			const { pid, status } = ended;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
