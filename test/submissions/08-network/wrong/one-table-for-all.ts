// diagnosis: others-cut-off
// misconception: 17
import { closeSync } from "node:fs";
import { chain, connectWith, dnat, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	rules: (_, address, published) => `table ip box {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
	remove: (name, inside) => {
		removeTable("box");
		removeLink(name);
		removeBridge();
		closeSync(inside);
	},
	undo: (name, inside) => {
		removeTable("box");
		removeLink(name);
		removeBridge();
		closeSync(inside);
	},
});
