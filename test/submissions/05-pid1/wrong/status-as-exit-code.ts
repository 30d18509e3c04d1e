// diagnosis: signal-death-lost
// misconception: 9
// Believed that a wait status is an exit code.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
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
	WNOHANG,
	waitpid,
} from "#kernel";

const SIGNALS = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD];

const codeOf = (status: number) => status;

export function enterPidNamespace(): void {
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(codeOf(waitpid(init).status));
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

// Passes signals on, and reaps, until the child has ended.
function lookAfter(child: number): number {
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) kill(child, signo);
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG))
			if (ended.pid === child) return codeOf(ended.status);
	}
}
