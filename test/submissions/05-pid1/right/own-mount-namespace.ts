// With a mount namespace of its own once more, a directory made, and all that is left killed before the end.
import { mkdirSync } from "node:fs";
import {
	_exit,
	CLONE_NEWNS,
	CLONE_NEWPID,
	fork,
	kill,
	mount,
	SIG_BLOCK,
	SIGCHLD,
	SIGCONT,
	SIGHUP,
	SIGINT,
	SIGKILL,
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

const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID | CLONE_NEWNS);
	const init = fork();
	if (init !== 0) _exit(codeOf(waitpid(init).status));
	sigprocmask(SIG_BLOCK, SIGNALS);
	mkdirSync("/proc", { recursive: true });
	mount("none", "/proc", "proc", 0, null);
	const command = fork();
	if (command === 0) return;
	const code = lookAfter(command);
	try {
		kill(-1, SIGKILL);
	} catch {
		// Nobody is left.
	}
	_exit(code);
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
