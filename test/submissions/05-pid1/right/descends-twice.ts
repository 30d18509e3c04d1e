// One function forks, looks after the child and never returns in the parent, not even by an error; it is called twice.
import { writeSync } from "node:fs";
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
	sigprocmask,
	sigwaitinfo,
	unshare,
	WNOHANG,
	waitpid,
} from "#kernel";

const FROM_A_USER: readonly number[] = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGCONT, SIGWINCH];

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	sigprocmask(SIG_BLOCK, FROM_A_USER);
	sigprocmask(SIG_BLOCK, [SIGCHLD]);
	descend();
	mount("none", "/proc", "proc", 0, null);
	descend();
}

/** Goes on in a child. The caller itself stays here, and ends as the child did. */
function descend(): void {
	const child = fork();
	if (child === 0) return;
	try {
		_exit(lookAfter(child));
	} catch (error) {
		writeSync(2, `box: ${error}\n`);
		_exit(125);
	}
}

function lookAfter(child: number): number {
	for (;;) {
		const signal = sigwaitinfo([SIGCHLD, ...FROM_A_USER]);
		const forward = signal.signo !== SIGCHLD && signal.code !== SI_KERNEL;
		if (forward) kill(child, signal.signo);
		if (signal.signo !== SIGCHLD) continue;

		let pid: number;
		do {
			const waited = waitpid(-1, WNOHANG);
			pid = waited.pid;
			if (pid === child) {
				const signalNumber = waited.status % 128;
				return signalNumber === 0 ? Math.floor(waited.status / 256) : 128 + signalNumber;
			}
		} while (pid !== 0);
	}
}
