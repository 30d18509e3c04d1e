// Kill(-1) sends each signal to every process that init sees; breaks "to the child and to nobody else: what the child
// has started is the child's business".
// diagnosis: signals-to-everybody
// misconception: 9
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
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

const SIGNALS = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD];

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	sigprocmask(SIG_BLOCK, SIGNALS);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	mount("proc", "/proc", "proc", 0, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command, -1));
}

/** @param to whom to send signals: pid 1 speaks to its whole container */
function lookAfter(child: number, to = child): number {
	for (;;) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) {
			if (code !== SI_KERNEL) kill(to, signo);
			continue;
		}
		for (;;) {
			const { pid, status } = waitpid(-1, WNOHANG);
			if (pid === 0) break;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
