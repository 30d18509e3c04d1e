// diagnosis: sigkill-sent
// misconception: 9
// Believed that a container has to end when somebody asks for it: SIGTERM and SIGINT become SIGKILL.
import { kill, SIGINT, SIGKILL, SIGTERM } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({ pass: (child, signo) => kill(child, signo === SIGTERM || signo === SIGINT ? SIGKILL : signo) });
}
