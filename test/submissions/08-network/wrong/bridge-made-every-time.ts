// diagnosis: made-twice
import { closeSync } from "node:fs";
import { connectWith, ip, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	bridge: () => ip("link add box0 type bridge", "address add 10.88.0.1/24 dev box0", "link set box0 up"),
	undo: (name, inside) => {
		removeTable(name);
		removeLink(name);
		closeSync(inside);
	},
});
