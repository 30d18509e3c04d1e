import { chain, connectWith, dnat } from "../../support/network.ts";

// With a filter of its own that lets through what was asked for, as engines have on hosts whose policy is to drop.
export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
chain forward { type filter hook forward priority 0
	ip saddr ${address} accept
	ip daddr ${address} ct state established,related accept
	ip daddr ${address} iifname "box0" accept
	ip daddr ${address} ct status dnat accept
	ip daddr ${address} drop
}
}`,
});
