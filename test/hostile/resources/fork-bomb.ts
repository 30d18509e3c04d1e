// Whether the table of processes is full before the time is up depends on the computer.
// diagnosis: hangs-in-call silent never-ends refused-call
import { fork } from "#kernel";

export function isolate(_hostname: string): void {
	for (;;) fork();
}
