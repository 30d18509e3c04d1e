// diagnosis: containers-unheard
import { chain, connectWith, dnat } from "../../support/network.ts";

// As "icc: false" does it, which nobody has asked for.
export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
chain forward { type filter hook forward priority 0
	iifname "box0" oifname "box0" drop
}
}`,
});
