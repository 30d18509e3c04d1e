// diagnosis: signal-not-sent-on
// misconception: 9
// Believed that only what ends a program is of interest to it; the others are in the set, and taken.
import { kill, SIGINT, SIGTERM } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		pass(child, signo) {
			if (signo === SIGTERM || signo === SIGINT) kill(child, signo);
		},
	});
}
