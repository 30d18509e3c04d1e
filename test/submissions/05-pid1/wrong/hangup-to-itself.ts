// diagnosis: signals-lost
// misconception: 9
// Believed that SIGHUP is init's own; it is sent to pid 1 once more, and taken again.
import { kill, SIGHUP } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	let sent = false;
	enter({
		pass(child, signo) {
			if (signo !== SIGHUP) kill(child, signo);
			else if (!sent) kill(1, signo);
			sent ||= signo === SIGHUP;
		},
	});
}
