// diagnosis: signal-changed
// misconception: 9
// Believed that whatever a user sends means the end.
import { kill, SIGTERM } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ pass: (child) => kill(child, SIGTERM) });
}
