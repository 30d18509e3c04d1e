import { execFileSync } from "node:child_process";
import { existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { _exit, CLONE_NEWNET, fork, getpid, unshare, waitpid } from "#kernel";
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	namespace: () => {
		const flag = `/run/child-${getpid()}`;
		const child = fork();
		if (child === 0) {
			unshare(CLONE_NEWNET);
			execFileSync("ip", ["link", "set", "lo", "up"]);
			writeFileSync(flag, "");
			while (existsSync(flag)) execFileSync("sleep", ["0.05"]);
			_exit(0);
		}
		while (!existsSync(flag)) execFileSync("sleep", ["0.05"]);
		const inside = openSync(`/proc/${child}/ns/net`, "r");
		rmSync(flag);
		waitpid(child);
		return inside;
	},
});
