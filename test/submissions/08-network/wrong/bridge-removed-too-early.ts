// diagnosis: bridge-left
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		removeBridge();
		removeTable(name);
		removeLink(name);
		closeSync(inside);
	},
});
