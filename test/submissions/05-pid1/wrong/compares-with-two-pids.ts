// diagnosis: end-not-noticed
// misconception: 8
// Compares with the pid that the command has outside; inside it has another one.
import { kill, SIGCHLD, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { codeOf, enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		inside(command) {
			const expected = process.pid + 1;
			for (;;) {
				const { signo } = sigwaitinfo(SIGNALS);
				if (signo !== SIGCHLD) kill(command, signo);
				const { pid, status } = waitpid(-1, WNOHANG);
				if (pid === expected) return codeOf(status);
				if (pid === command) for (;;) sigwaitinfo(SIGNALS);
			}
		},
	});
}
