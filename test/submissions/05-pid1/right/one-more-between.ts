// One more process between init and the command: each looks after the one below it.
import { _exit, fork } from "#kernel";
import { enter, lookAfter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	enter({
		arrive() {
			const command = fork();
			if (command !== 0) _exit(lookAfter(command));
		},
	});
}
