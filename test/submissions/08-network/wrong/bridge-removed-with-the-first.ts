// diagnosis: others-cut-off
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeLink("box0");
		closeSync(inside);
	},
});
