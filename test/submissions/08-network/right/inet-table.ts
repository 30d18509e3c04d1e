import { closeSync } from "node:fs";
import { connectWith, nft, removeBridge, removeLink } from "../../support/network.ts";

function end(name: string, inside: number): void {
	nft(`destroy table inet ${name}`);
	removeLink(name);
	removeBridge();
	closeSync(inside);
}

// A table for both families; so each rule has to say which one it is about.
export const connect = connectWith({
	rules: (name, address, published) => {
		const dnat = published
			.map(({ host, container }) => `fib daddr type local tcp dport ${host} dnat ip to ${address}:${container}`)
			.join("\n");
		return `table inet ${name} {
chain arriving { type nat hook prerouting priority dstnat\n${dnat}\n}
chain sent { type nat hook output priority dstnat\n${dnat}\n}
chain leaving { type nat hook postrouting priority srcnat\nip saddr ${address} oifname != "box0" masquerade\n}
}`;
	},
	remove: end,
	undo: end,
});
