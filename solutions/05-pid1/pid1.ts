import { mkdirSync } from "node:fs";
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

const SIGNALS = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD];

/**
 * Puts the command into a PID namespace of its own, with a /proc that shows it and an init that looks after it.
 *
 * Called by one process, it returns in another: the one that is about to become the command. The caller stays outside
 * and waits; the process between them is the namespace's init, pid 1. Both end with the command's exit code.
 */
export function enterPidNamespace(): void {
	// Before the first fork, so that no signal is missed. Whatever is blocked here waits for sigwaitinfo.
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	mkdirSync("/proc", { recursive: true });
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

// Passes signals on to the child, and reaps whatever ends, until the child itself has ended.
function lookAfter(child: number): number {
	for (;;) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		// What a terminal sends (Ctrl-C) comes from the kernel, and has reached every process in front of it already.
		if (signo !== SIGCHLD && code !== SI_KERNEL) kill(child, signo);
		// One SIGCHLD may stand for many children.
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG)) {
			const { pid, status } = ended;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
