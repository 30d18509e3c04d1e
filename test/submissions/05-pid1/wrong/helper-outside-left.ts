// diagnosis: processes-left
// Believed that a helper of the process outside ends with it.
import { fork } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	if (fork() === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	enter({});
}
