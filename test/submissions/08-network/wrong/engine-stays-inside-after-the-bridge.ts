// diagnosis: engine-moved
import { openSync } from "node:fs";
import { CLONE_NEWNET, unshare } from "#kernel";
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	namespace: () => openSync("/dev/null", "r"),
	plug: (name) => {
		unshare(CLONE_NEWNET);
		ip(`link add ${name} type veth peer name eth0`, `link set ${name} master box0 up`);
	},
});
