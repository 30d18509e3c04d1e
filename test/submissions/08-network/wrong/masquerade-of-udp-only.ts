// diagnosis: masquerade-misses
import { chain, connectWith, dnat } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} ip protocol udp masquerade`)}
}`,
});
