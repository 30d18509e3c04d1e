// diagnosis: over-too-early
// Believed that SIGCHLD says enough: pid 1 ends without asking who has ended.
import { _exit, kill, SIGCHLD, sigwaitinfo } from "#kernel";
import { enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		inside(command) {
			for (;;) {
				const { signo } = sigwaitinfo(SIGNALS);
				if (signo === SIGCHLD) _exit(0);
				kill(command, signo);
			}
		},
	});
}
