// Reaps all of them, and returns the code of whoever came last, which is an orphan's if one ended at the same moment;
// breaks "Was one of them the child to look after? Then you are done, with its exit code, or 128+n.".
// diagnosis: orphan-status-returned
// misconception: 8
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
	let done = false;
	let code = 0;
	while (!done) {
		const signal = sigwaitinfo(SIGNALS);
		if (signal.signo !== SIGCHLD) {
			if (signal.code !== SI_KERNEL) kill(child, signal.signo);
			continue;
		}
		try {
			for (;;) {
				const { pid, status } = waitpid(-1, WNOHANG);
				if (pid === 0) break;
				if (pid === child) done = true;
				code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
			}
		} catch (error) {
			if (!(error instanceof SyscallError && error.code === "ECHILD")) throw error; // nobody is left
		}
	}
	return code;
}
