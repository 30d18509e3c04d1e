// Makes a poor init for the first container, which is sent one signal only. The others have no PID namespace: what the
// check sends to their init comes to the command itself.
// lesson: 05
// diagnosis: init-once-only
import { existsSync, writeFileSync } from "node:fs";
import { _exit, fork, PR_SET_CHILD_SUBREAPER, prctl, SIGCHLD, SIGTERM, waitpid } from "#kernel";
import { codeOf, enter } from "../../submissions/support/pid1.ts";

export function enterPidNamespace(): void {
	if (existsSync("/called")) withoutInit();
	else {
		writeFileSync("/called", "");
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
