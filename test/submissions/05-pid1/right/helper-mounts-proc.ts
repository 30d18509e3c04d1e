// A child of init's mounts /proc, and is reaped; the process outside leaves a zombie of its own until it ends.
import { _exit, fork, waitpid } from "#kernel";
import { enter, mountProc, waitFor } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		outside(init) {
			const helper = fork();
			if (helper === 0) _exit(0);
			return waitFor(init);
		},
		prepare() {
			const helper = fork();
			if (helper === 0) {
				mountProc();
				_exit(0);
			}
			waitpid(helper);
		},
	});
}
