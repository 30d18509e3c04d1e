import { execFileSync } from "node:child_process";
import { connectWith } from "../../support/network.ts";

const nft = (...words: string[]) => execFileSync("nft", words);

export const connect = connectWith({
	rules: (name, address, published) => {
		nft("add", "table", "ip", name);
		for (const hook of ["prerouting", "output"]) {
			nft(`add chain ip ${name} ${hook} { type nat hook ${hook} priority -100; }`);
			for (const { host, container } of published)
				nft(`add rule ip ${name} ${hook} fib daddr type local tcp dport ${host} dnat to ${address}:${container}`);
		}
		nft(`add chain ip ${name} behind { type nat hook postrouting priority 100; policy accept; }`);
		nft(`add rule ip ${name} behind ip saddr ${address} oifname != box0 counter masquerade`);
		return "";
	},
});
