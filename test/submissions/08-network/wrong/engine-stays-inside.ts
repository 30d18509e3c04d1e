// diagnosis: engine-left-host
import { openSync } from "node:fs";
import { CLONE_NEWNET, unshare } from "#kernel";
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	namespace: () => {
		unshare(CLONE_NEWNET);
		return openSync("/proc/thread-self/ns/net", "r");
	},
	join: () => {},
});
