// diagnosis: host-rules-lost
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, links, nft, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
		if (!links().includes("box0")) nft("flush ruleset");
		closeSync(inside);
	},
});
