// diagnosis: others-cut-off
// misconception: 17
import { closeSync, writeFileSync } from "node:fs";
import { connectWith, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "0");
		closeSync(inside);
	},
});
