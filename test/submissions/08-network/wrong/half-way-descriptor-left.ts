// diagnosis: half-way-left
// misconception: 17
import { connectWith, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	undo: (name) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
	},
});
