// diagnosis: namespace-left
// misconception: 17

import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	namespace: () => {
		const name = `n${getpid()}`;
		execFileSync("ip", ["netns", "add", name]);
		return openSync(`/run/netns/${name}`, "r");
	},
});
