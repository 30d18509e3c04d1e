// SIGCONT is missing in its list, so it is neither blocked nor sent on; breaks "What may come: whatever a user may
// send (SIGTERM, ..., SIGCONT, SIGWINCH)" and "send each on as it is".
// diagnosis: signal-not-in-set
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

const SIGNALS = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD];

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	sigprocmask(SIG_BLOCK, SIGNALS);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	mount("proc", "/proc", "proc", 0, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

function lookAfter(child: number): number {
	for (;;) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) {
			if (code !== SI_KERNEL) kill(child, signo);
			continue;
		}
		for (;;) {
			const { pid, status } = waitpid(-1, WNOHANG);
			if (pid === 0) break;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
