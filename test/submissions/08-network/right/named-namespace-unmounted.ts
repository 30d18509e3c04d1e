import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith } from "../../support/network.ts";

// The name is only there until the descriptor is.
export const connect = connectWith({
	namespace: () => {
		const name = `n${getpid()}`;
		execFileSync("ip", ["netns", "add", name]);
		const inside = openSync(`/run/netns/${name}`, "r");
		execFileSync("ip", ["netns", "delete", name]);
		return inside;
	},
});
