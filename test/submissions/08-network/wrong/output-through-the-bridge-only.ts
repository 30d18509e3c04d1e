// diagnosis: host-misdirected
import { chain, connectWith, dnat } from "../../support/network.ts";

// Where the container is, the packet goes in the end; but the rule is asked before.
export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published).replaceAll("fib daddr", 'oifname "box0" fib daddr'))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
