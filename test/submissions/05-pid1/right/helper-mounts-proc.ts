// A child of init's mounts /proc, and is reaped before there is a command.
import { _exit, fork, waitpid } from "#kernel";
import { enter, mountProc } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
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
