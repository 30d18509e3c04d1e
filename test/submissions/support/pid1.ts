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
	sigprocmask,
	sigwaitinfo,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

/** The pieces that submissions for 05-pid1 are made of; each leaves one out, or has its own. */
export interface Parts {
	/** What is blocked and waited for. */
	signals: number[];
	/** In the process outside, once init is forked. @returns its exit code */
	outside(init: number): number;
	/** In init, before it forks the command. */
	prepare(): void;
	/** In init, with the command's pid. @returns its exit code */
	inside(command: number): number;
	/** In the command. */
	arrive(): void;
	/** With each signal that has come and is not a child's end. */
	pass(child: number, signo: number): void;
	/** What an end of the child comes to. */
	codeOf(status: number): number;
}

export const SIGNALS = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD];

export const codeOf = (status: number) => (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
export const waitFor = (child: number) => codeOf(waitpid(child).status);
export const mountProc = () => mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);

/** enterPidNamespace as it should be, but for the parts that are given. */
export function enter(parts: Partial<Parts>): void {
	const signals = parts.signals ?? SIGNALS;
	sigprocmask(SIG_BLOCK, signals);
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) _exit((parts.outside ?? waitFor)(init));
	(parts.prepare ?? mountProc)();
	const command = fork();
	if (command !== 0) _exit((parts.inside ?? ((child) => lookAfter(child, parts)))(command));
	parts.arrive?.();
}

/** Passes signals on, and reaps, until the child has ended. */
export function lookAfter(child: number, parts: Partial<Parts> = {}): number {
	const pass = parts.pass ?? kill;
	for (;;) {
		const { signo, code } = sigwaitinfo(parts.signals ?? SIGNALS);
		if (signo !== SIGCHLD && code !== SI_KERNEL) pass(child, signo);
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG))
			if (ended.pid === child) return (parts.codeOf ?? codeOf)(ended.status);
	}
}
