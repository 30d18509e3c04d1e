import { closeSync } from "node:fs";
import { connectWith, ip, links, nft, removeBridge, removeLink } from "../../support/network.ts";

const mine = new Map<string, readonly { host: number }[]>();

function end(name: string, inside: number): void {
	for (const { host } of mine.get(name) ?? []) nft(`delete element ip boxes published { ${host} }`);
	removeLink(name);
	removeBridge();
	if (!links().includes("box0")) nft("destroy table ip boxes");
	closeSync(inside);
}

export const connect = connectWith({
	bridge: () => {
		if (links().includes("box0")) return;
		ip("link add box0 type bridge", "address add 10.88.0.1/16 dev box0", "link set box0 up");
		nft(`table ip boxes {
		map published { type inet_service : ipv4_addr . inet_service\n}
		chain arriving { type nat hook prerouting priority dstnat
			fib daddr type local dnat to tcp dport map @published
		}
		chain sent { type nat hook output priority dstnat
			fib daddr type local dnat to tcp dport map @published
		}
		chain behind { type nat hook postrouting priority srcnat
			ip saddr 10.88.0.0/16 ip daddr != 10.88.0.0/16 masquerade
		}
	}`);
	},
	rules: (name, address, published) => {
		mine.set(name, published);
		return published
			.map(({ host, container }) => `add element ip boxes published { ${host} : ${address} . ${container} }`)
			.join("\n");
	},
	remove: end,
	undo: end,
});
