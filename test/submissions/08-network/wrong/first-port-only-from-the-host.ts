// diagnosis: one-port-only
import { chain, connectWith, dnat } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published.slice(0, 1)))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
