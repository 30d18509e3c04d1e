// diagnosis: engine-moved
import { openSync } from "node:fs";
import { CLONE_NEWNET, setns, unshare } from "#kernel";
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) => {
		setns(inside, CLONE_NEWNET);
		ip(`link add ${name} type veth peer name eth0`, `link set ${name} master box0 up`);
	},
	namespace: () => {
		const home = openSync("/proc/self/ns/net", "r");
		ip("link show lo");
		unshare(CLONE_NEWNET);
		void home;
		return openSync("/proc/self/ns/net", "r");
	},
});
