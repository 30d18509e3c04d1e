// diagnosis: processes-left
// misconception: 17

import { execFileSync } from "node:child_process";
import { existsSync, openSync, writeFileSync } from "node:fs";
import { CLONE_NEWNET, execve, fork, getpid, unshare } from "#kernel";
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	namespace: () => {
		const keeper = fork();
		if (keeper === 0) {
			unshare(CLONE_NEWNET);
			writeFileSync(`/run/keeper-${getpid()}`, "");
			execve("/usr/bin/busybox", ["busybox", "sleep", "600"]);
		}
		while (!existsSync(`/run/keeper-${keeper}`)) execFileSync("sleep", ["0.05"]);
		return openSync(`/proc/${keeper}/ns/net`, "r");
	},
});
