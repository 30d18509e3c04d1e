// diagnosis: sigterm-not-in-set
// misconception: 9
// Forgot the one signal that everybody sends.
import { SIGTERM } from "#kernel";
import { enter, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ signals: SIGNALS.filter((signo) => signo !== SIGTERM) });
}
