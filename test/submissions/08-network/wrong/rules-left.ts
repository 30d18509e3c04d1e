// diagnosis: port-still-led
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, removeBridge, removeLink } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		removeLink(name);
		removeBridge();
		closeSync(inside);
	},
});
