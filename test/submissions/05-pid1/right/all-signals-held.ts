// Blocks every signal that there is, sends on all but SIGCHLD and the terminal's, and waits again after EINTR.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
	mount,
	SI_KERNEL,
	SIG_SETMASK,
	SIGCHLD,
	SIGKILL,
	SIGSTOP,
	type Signal,
	SyscallError,
	sigprocmask,
	sigwaitinfo,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

const ALL = Array.from({ length: 31 }, (_, index) => index + 1).filter((sig) => sig !== SIGKILL && sig !== SIGSTOP);

export function enterPidNamespace(): void {
	sigprocmask(SIG_SETMASK, ALL);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));
	mount("proc", "/proc", "proc", 0, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

function lookAfter(child: number): number {
	for (;;) {
		const { signo, code } = nextSignal();
		if (signo === SIGCHLD) {
			const ended = reap(child);
			if (ended !== undefined) return ended;
		} else if (code !== SI_KERNEL) {
			kill(child, signo);
		}
	}
}

function nextSignal(): Signal {
	for (;;) {
		try {
			return sigwaitinfo(ALL);
		} catch (error) {
			if (!(error instanceof SyscallError) || error.code !== "EINTR") throw error;
		}
	}
}

function reap(child: number): number | undefined {
	for (;;) {
		const { pid, status } = waitpid(-1, WNOHANG);
		if (pid === 0) return undefined;
		if (pid === child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}
