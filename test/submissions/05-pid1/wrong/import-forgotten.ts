// diagnosis: exception
// Forgot to import mount: no command has run yet when pid 1 ends.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
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

export function enterPidNamespace(): void {
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));
	// @ts-expect-error: that it is not known
	mount("proc", "/proc", "proc", 0, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

function lookAfter(child: number): number {
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) kill(child, signo);
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG)) {
			const { pid, status } = ended;
			if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}
