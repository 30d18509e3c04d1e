// A helper of init's lives beside the command, and waits for what never comes: it ends with init.
import { _exit, fork, SIGUSR1, sigwaitinfo } from "#kernel";
import { enter, mountProc } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		prepare() {
			mountProc();
			const helper = fork();
			if (helper === 0) {
				sigwaitinfo([SIGUSR1]);
				_exit(0);
			}
		},
	});
}
