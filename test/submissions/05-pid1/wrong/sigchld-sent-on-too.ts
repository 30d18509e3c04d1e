// Sends SIGCHLD on to the command as well, and then reaps; breaks "Not SIGCHLD, which was meant for you.".
// diagnosis: sigchld-passed-on
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
	if (command !== 0) _exit(lookAfter(command));
}

function lookAfter(child: number): number {
	for (;;) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		if (code !== SI_KERNEL) kill(child, signo);
		if (signo !== SIGCHLD) continue;
		for (;;) {
			const { pid, status } = waitpid(-1, WNOHANG);
			if (pid === 0) break;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
