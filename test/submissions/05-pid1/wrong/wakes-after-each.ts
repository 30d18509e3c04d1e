// diagnosis: signal-uninvited
// misconception: 9
// Believed that a process might sleep so soundly that it has to be continued after each signal.
import { kill, SIGCONT } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		pass(child, signo) {
			kill(child, signo);
			kill(child, SIGCONT);
		},
	});
}
