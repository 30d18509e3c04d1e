// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.
import {
	_exit,
	CLONE_NEWNS,
	CLONE_NEWPID,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
	SIG_BLOCK,
	SIG_SETMASK,
	SIGCHLD,
	sigprocmask,
	sigwaitinfo,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

unshare(CLONE_NEWNS);

const SIGNALS = Array.from({ length: 31 }, (_, i) => i + 1);

const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));

export function enterPidNamespace(): void {
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(codeOf(waitpid(init).status));
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
	sigprocmask(SIG_SETMASK, []);
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
