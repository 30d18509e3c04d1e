// Waitpid(0) in place of waitpid(-1): reaps only children in init's own process group, no orphan that has a session of
// its own; breaks "Call `waitpid(-1, WNOHANG)`" and "(-1 is any child ...)".
// diagnosis: own-group-only
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
			const { pid, status } = waitpid(0, WNOHANG);
			if (pid === 0) break;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
