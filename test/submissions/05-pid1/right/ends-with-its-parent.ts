// Init asks for SIGKILL at its parent's end (pdeathsig), goes to /, and closes the streams that it does not use.
import { closeSync } from "node:fs";
import {
	_exit,
	CLONE_NEWPID,
	chdir,
	fork,
	kill,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	mount,
	PR_SET_PDEATHSIG,
	prctl,
	SI_KERNEL,
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

const SIGNALS = [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH];

export function enterPidNamespace(): void {
	sigprocmask(SIG_BLOCK, SIGNALS);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit(lookAfter(init));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, "");
	const command = fork();
	if (command === 0) return;
	chdir("/");
	closeSync(0);
	closeSync(1);
	_exit(lookAfter(command));
}

function lookAfter(child: number): number {
	let exitCode: number | undefined;
	while (exitCode === undefined) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) {
			if (code !== SI_KERNEL) send(child, signo);
			continue;
		}
		let waited = waitpid(-1, WNOHANG);
		while (waited.pid !== 0 && exitCode === undefined) {
			if (waited.pid === child) exitCode = codeOf(waited.status);
			else waited = waitpid(-1, WNOHANG);
		}
	}
	return exitCode;
}

function send(pid: number, signal: number): void {
	try {
		kill(pid, signal);
	} catch (error) {
		if (!(error instanceof SyscallError) || error.code !== "ESRCH") throw error;
	}
}

function codeOf(status: number): number {
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
