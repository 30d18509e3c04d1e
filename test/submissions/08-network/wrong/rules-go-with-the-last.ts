// diagnosis: port-still-led
// misconception: 17
import { closeSync } from "node:fs";
import { chain, connectWith, dnat, links, removeBridge, removeLink, removeTable } from "../../support/network.ts";

export const connect = connectWith({
	rules: (_, address, published) => `table ip box {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
	remove: (name, inside) => {
		removeLink(name);
		removeBridge();
		if (!links().includes("box0")) removeTable("box");
		closeSync(inside);
	},
	undo: (name, inside) => {
		removeLink(name);
		removeBridge();
		if (!links().includes("box0")) removeTable("box");
		closeSync(inside);
	},
});
