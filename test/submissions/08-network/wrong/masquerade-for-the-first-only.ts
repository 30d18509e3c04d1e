// diagnosis: second-left-out
import { closeSync } from "node:fs";
import {
	chain,
	connectWith,
	dnat,
	links,
	nft,
	ports,
	removeBridge,
	removeLink,
	removeTable,
} from "../../support/network.ts";

function end(name: string, inside: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	if (!links().includes("box0")) removeTable("box");
	closeSync(inside);
}

// The rule for all containers is made with the bridge, and names the first one's address.
export const connect = connectWith({
	rules: (name, address, published) => {
		if (ports().length === 1)
			nft(`table ip box {
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`);
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
}`;
	},
	remove: end,
	undo: end,
});
