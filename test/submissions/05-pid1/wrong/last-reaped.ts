// diagnosis: orphan-status-returned
// misconception: 8
// Believed that whoever is reaped last is the child: keeps the status of all, and returns the latest.
import { kill, SI_KERNEL, SIGCHLD, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { codeOf, enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ inside: lookAfter });
}

function lookAfter(child: number): number {
	let ended = false;
	let last = 0;
	while (!ended) {
		const { signo, code } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD && code !== SI_KERNEL) kill(child, signo);
		try {
			for (;;) {
				const { pid, status } = waitpid(-1, WNOHANG);
				if (pid === 0) break;
				last = status;
				if (pid === child) ended = true;
			}
		} catch {
			// Nobody is left.
		}
	}
	return codeOf(last);
}
