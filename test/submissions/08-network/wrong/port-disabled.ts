// diagnosis: port-not-forwarding
import { chain, connectWith, dnat, ip } from "../../support/network.ts";

// In the state 0, which is "disabled", once both ends are up: before that, the kernel would set it to forwarding itself.
export const connect = connectWith({
	rules: (name, address, published) => {
		ip(`link set ${name} type bridge_slave state 0`);
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`;
	},
});
