// diagnosis: descriptor-closed
import { closeSync, writeFileSync } from "node:fs";
import { connectWith, ip, removeBridge, removeLink, removeTable, within } from "../../support/network.ts";

export const connect = connectWith({
	forward: () => {
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
	},
	configure: (inside, address) => {
		within(inside, () =>
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1"),
		);
		closeSync(inside);
	},
	remove: (name) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
	},
	undo: (name) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
	},
});
