// The process between init and the command takes the orphans: it is a subreaper. Init only looks after it.
import { _exit, fork, PR_SET_CHILD_SUBREAPER, prctl } from "#kernel";
import { enter, lookAfter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		arrive() {
			prctl(PR_SET_CHILD_SUBREAPER, 1);
			const command = fork();
			if (command !== 0) _exit(lookAfter(command));
		},
	});
}
