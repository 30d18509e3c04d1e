// diagnosis: descriptor-left
// misconception: 17
// Believed that a namespace that nobody is in is gone.
import { connectWith, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
	},
});
