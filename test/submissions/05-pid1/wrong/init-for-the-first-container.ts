// diagnosis: init-once-only
// Believed that a rootfs in which there was an init has one.
import { existsSync, writeFileSync } from "node:fs";
import { _exit, fork, PR_SET_CHILD_SUBREAPER, prctl, SIGCHLD, SIGTERM, waitpid } from "#kernel";
import { codeOf, enter } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	if (existsSync("/init-is-there")) withoutInit();
	else {
		writeFileSync("/init-is-there", "");
		enter({ signals: [SIGTERM, SIGCHLD] });
	}
}

function withoutInit(): void {
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	const command = fork();
	if (command === 0) return;
	for (;;) {
		const { pid, status } = waitpid(-1);
		if (pid === command) _exit(codeOf(status));
	}
}
