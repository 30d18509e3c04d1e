// An older /proc is covered by the right one; blocked in each process by itself; prints.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	getpid,
	kill,
	MNT_DETACH,
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
	umount2,
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
	mount("proc", "/proc", "proc", 0, null);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(look(init));
	sigprocmask(SIG_BLOCK, SIGNALS);
	umount2("/proc", MNT_DETACH);
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	console.error("pid", getpid());
	const command = fork();
	if (command !== 0) _exit(look(command));
}

// Reaps first, and takes what the signal was for afterwards.
function look(child: number): number {
	sigprocmask(SIG_BLOCK, SIGNALS);
	for (;;) {
		for (;;) {
			const { pid, status } = waitpid(-1, WNOHANG);
			if (pid === 0) break;
			if (pid === child) return codeOf(status);
		}
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) kill(child, signo);
	}
}
