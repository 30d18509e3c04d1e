// diagnosis: others-port-closed
import { chain, connectWith, dnat } from "../../support/network.ts";

// What is published here must not leave the host at the same number.
export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
chain away { type filter hook output priority 100
	${published.map(({ host }) => `fib daddr type unicast tcp dport ${host} drop`).join("\n")}
}
}`,
});
