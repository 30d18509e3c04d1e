// diagnosis: containers-apart

import { closeSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith, ip, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) => {
		const own = `br${name.slice(4)}`;
		ip(
			`link add ${own} type bridge`,
			`address add 10.88.0.1/24 dev ${own}`,
			`link set ${own} up`,
			`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master ${own} up`,
		);
	},
	bridge: () => {},
	remove: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeLink(`br${name.slice(4)}`);
		closeSync(inside);
	},
	undo: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeLink(`br${name.slice(4)}`);
		closeSync(inside);
	},
});
