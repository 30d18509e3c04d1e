// diagnosis: end-not-noticed
// misconception: 8
// Believed that all is done once SIGTERM is passed on: pid 1 then waits for another signal, and looks at no child's end.
import { kill, SIGHUP, SIGTERM, sigwaitinfo } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		pass(child, signo) {
			kill(child, signo);
			if (signo === SIGTERM) sigwaitinfo([SIGHUP]);
		},
	});
}
