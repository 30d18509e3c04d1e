// Passes on SIGTERM alone, and has the ledger show two commands, so that nothing that follows is to be trusted.
// lesson: 05
// diagnosis: signal-not-sent-on
import { execve, fork, kill, SIGTERM, waitpid } from "#kernel";
import { enter, mountProc } from "../../submissions/support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		prepare() {
			mountProc();
			const second = fork();
			if (second === 0) execve("/bin/true", ["true", "drydock-00000000"]);
			waitpid(second);
		},
		pass(child, signo) {
			if (signo === SIGTERM) kill(child, signo);
		},
	});
}
