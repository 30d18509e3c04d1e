// diagnosis: name-taken

import { closeSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith, ip, removeBridge, removeTable } from "../../support/network.ts";

// The inner end is called eth0 already while it is on the host, and then moved; but the host has an eth0 itself.
export const connect = connectWith({
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name eth0`,
			`link set eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
	undo: (name, inside) => {
		removeTable(name);
		removeBridge();
		closeSync(inside);
	},
});
