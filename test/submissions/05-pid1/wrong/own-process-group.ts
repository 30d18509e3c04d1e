// diagnosis: signals-to-own-group
// misconception: 9
// Believed that 0 is the group of the command.
import { kill } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ pass: (_child, signo) => kill(0, signo) });
}
