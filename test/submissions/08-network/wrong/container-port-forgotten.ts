// diagnosis: port-misdirected
import { chain, connectWith } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address, published) => {
		const dnat = published.map(({ host }) => `fib daddr type local tcp dport ${host} dnat to ${address}`).join("\n");
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat)}
${chain("output", "output", dnat)}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`;
	},
});
