// Collects all that have ended, and looks for the child among them afterwards.
import { kill, SIGCHLD, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { codeOf, enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ outside: lookAfter, inside: lookAfter });
}

function lookAfter(child: number): number {
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) kill(child, signo);
		const status = reap().get(child);
		if (status !== undefined) return codeOf(status);
	}
}

function reap(): Map<number, number> {
	const ended = new Map<number, number>();
	try {
		for (;;) {
			const { pid, status } = waitpid(-1, WNOHANG);
			if (pid === 0) return ended;
			ended.set(pid, status);
		}
	} catch {
		// Nobody is left.
		return ended;
	}
}
