// The process outside ends by the same signal as the command, as a shell would.
import { getpid, kill, SIG_UNBLOCK, sigprocmask } from "#kernel";
import { enter, waitFor } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		outside(init) {
			const code = waitFor(init);
			if (code <= 128) return code;
			sigprocmask(SIG_UNBLOCK, [code - 128]);
			kill(getpid(), code - 128);
			return code;
		},
	});
}
