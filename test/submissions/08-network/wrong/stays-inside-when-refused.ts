// diagnosis: clean-up-refused
// misconception: 17
import { openSync } from "node:fs";
import { CLONE_NEWNET, setns } from "#kernel";
import { connectWith, ip } from "../../support/network.ts";

export const connect = connectWith({
	configure: (inside, address) => {
		const home = openSync("/proc/self/ns/net", "r");
		setns(inside, CLONE_NEWNET);
		ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
		setns(home, CLONE_NEWNET);
	},
});
