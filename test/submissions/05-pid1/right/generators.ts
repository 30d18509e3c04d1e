// Signals and ended children come from generators; a switch decides; everything else goes in the default branch.
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
	type Signal,
	sigprocmask,
	sigwaitinfo,
	unshare,
	type Waited,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

const SIGNALS = new Set([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD]);

export function enterPidNamespace(): void {
	for (const signal of SIGNALS) sigprocmask(SIG_BLOCK, [signal]);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init > 0) _exit(lookAfter(init));
	mount("proc", "/proc", "proc", 0, null);
	const command = fork();
	if (command > 0) _exit(lookAfter(command));
}

function* signals(): Generator<Signal, never> {
	for (;;) yield sigwaitinfo([...SIGNALS]);
}

function* endedChildren(): Generator<Waited, void> {
	for (;;) {
		const one = waitpid(-1, WNOHANG);
		if (one.pid === 0) return;
		yield one;
	}
}

function lookAfter(child: number): number {
	for (const { signo, code } of signals()) {
		switch (signo) {
			case SIGCHLD:
				for (const { pid, status } of endedChildren()) {
					if (pid !== child) continue;
					return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
				}
				break;
			default:
				if (code !== SI_KERNEL) kill(child, signo);
		}
	}
	throw new Error("signals never end");
}
