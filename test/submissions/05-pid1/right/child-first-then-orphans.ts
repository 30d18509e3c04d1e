// Asks for the child by its pid first, and for all others only when it still runs.
import { kill, SI_USER, SIGCHLD, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { codeOf, enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		inside(child) {
			for (;;) {
				const { signo, code } = sigwaitinfo(SIGNALS);
				if (signo === SIGCHLD) {
					const { pid, status } = waitpid(child, WNOHANG);
					if (pid === child) return codeOf(status);
					while (waitpid(-1, WNOHANG).pid > 0);
				} else if (code === SI_USER) kill(child, signo);
			}
		},
	});
}
