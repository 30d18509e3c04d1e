// diagnosis: proc-made-up
// misconception: 7
// Believed that /proc is a directory with a number for each process.
import { mkdirSync } from "node:fs";
import { mount } from "#kernel";
import { enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		prepare() {
			mount("proc", "/proc", "tmpfs", 0, null);
			for (const pid of ["1", "2"]) mkdirSync(`/proc/${pid}`);
		},
	});
}
