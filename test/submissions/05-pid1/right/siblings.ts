// The init and the command are both children of the process outside, which ends the init.
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
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init === 0) lookAfter(2);
	const command = fork();
	if (command !== 0) {
		const code = codeOf(waitpid(command).status);
		kill(init, SIGKILL);
		waitpid(init);
		_exit(code);
	}
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}

// The command is not its child, but has pid 2: nobody else has been born here.
function lookAfter(command: number): never {
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) kill(command, signo);
		else reap();
	}
}

function reap(): void {
	try {
		while (waitpid(-1, WNOHANG).pid !== 0);
	} catch {
		// No child is left, and that is fine.
	}
}
