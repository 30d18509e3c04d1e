// diagnosis: sigterm-ignored
// misconception: 9
// Believed that signals come to the process outside, and has pid 1 wait for its child alone.
import { WNOHANG, waitpid } from "#kernel";
import { codeOf, enter, lookAfter } from "../../support/pid1.ts";

const nap = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export function enterPidNamespace(): void {
	enter({
		outside: lookAfter,
		inside(command) {
			for (;;) {
				const { pid, status } = waitpid(-1, WNOHANG);
				if (pid === command) return codeOf(status);
				if (pid === 0) nap(250);
			}
		},
	});
}
