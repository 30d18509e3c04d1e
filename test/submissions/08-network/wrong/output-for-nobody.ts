// diagnosis: host-misdirected
import { chain, connectWith, dnat } from "../../support/network.ts";

// "ip saddr" of those who ask from the host is the host's address, not the container's.
export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published).replaceAll("fib daddr", `ip saddr ${address} fib daddr`))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
