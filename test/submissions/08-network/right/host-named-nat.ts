import { execFileSync } from "node:child_process";
import { closeSync } from "node:fs";
import { connectWith, ip, links, nft, removeBridge, removeLink, within } from "../../support/network.ts";

let mine = "";

// Out of a table that is the host's own: rule by rule.
function end(name: string, inside: number): void {
	for (const chain of ["prerouting", "box-output", "box-postrouting"]) {
		const listed = execFileSync("sh", ["-c", `nft -a list chain ip nat ${chain} 2>/dev/null || true`], {
			encoding: "utf8",
		});
		for (const line of listed.split("\n").filter((line) => line.includes(`comment "${mine}"`)))
			nft(`delete rule ip nat ${chain} handle ${/handle (\d+)/.exec(line)?.[1]}`);
	}
	removeLink(name);
	removeBridge();
	closeSync(inside);
	if (!links().includes("box0")) nft("destroy chain ip nat box-output; destroy chain ip nat box-postrouting");
}

export const connect = connectWith({
	rules: (_, address, published) => {
		const dnat = published
			.map(
				({ host, container }) =>
					`tcp dport ${host} fib daddr type local dnat to ${address}:${container} comment "${address}"`,
			)
			.join("\n");
		return `table ip nat {
		chain prerouting { type nat hook prerouting priority dstnat\n${dnat}\n}
		chain box-output { type nat hook output priority dstnat\n${dnat}\n}
		chain box-postrouting { type nat hook postrouting priority srcnat\nip saddr ${address} oifname != "box0" masquerade comment "${address}"\n}
	}`;
	},
	configure: (inside, address) => {
		mine = address;
		within(inside, () =>
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1"),
		);
	},
	remove: end,
	undo: end,
});
