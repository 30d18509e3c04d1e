// Reaps before every wait, whatever the signal was, until there is no child left (ECHILD), and only then looks who
// ended.
import {
	_exit,
	CLONE_NEWPID,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
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
	WIFEXITED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

const PASSED_ON = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH];
const AWAITED = [SIGCHLD, ...PASSED_ON];

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	sigprocmask(SIG_BLOCK, AWAITED);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	const command = fork();
	if (command !== 0) _exit(lookAfter(command));
}

function lookAfter(child: number): number {
	for (let ended = reapAll(); ; ended = reapAll()) {
		const status = ended.get(child);
		if (status !== undefined) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		const signal = sigwaitinfo(AWAITED);
		if (PASSED_ON.includes(signal.signo) && signal.code !== SI_KERNEL) kill(child, signal.signo);
	}
}

/** Takes all that have ended off the process table: pid and status of each. */
function reapAll(): Map<number, number> {
	const ended = new Map<number, number>();
	try {
		for (let one = waitpid(-1, WNOHANG); one.pid !== 0; one = waitpid(-1, WNOHANG)) ended.set(one.pid, one.status);
	} catch (error) {
		if (!(error instanceof SyscallError && error.code === "ECHILD")) throw error;
	}
	return ended;
}
