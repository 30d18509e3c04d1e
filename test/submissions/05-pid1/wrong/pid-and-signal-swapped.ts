// diagnosis: signal-taken-only
// misconception: 9
// Took the pid for the number of a signal: SIGTERM goes to pid 15, and nobody has it.
import { kill } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		pass(_child, signo) {
			try {
				kill(signo, signo);
			} catch {
				// It may have ended.
			}
		},
	});
}
