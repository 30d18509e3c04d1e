// diagnosis: rules-left
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, nft, removeBridge, removeLink } from "../../support/network.ts";

export const connect = connectWith({
	remove: (name, inside) => {
		nft(`flush table ip ${name}`);
		removeLink(name);
		removeBridge();
		closeSync(inside);
	},
});
