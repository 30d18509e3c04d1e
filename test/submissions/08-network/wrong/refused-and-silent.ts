// diagnosis: refusal-swallowed
import { chain, connectWith, dnat, ip, within } from "../../support/network.ts";

// What ip refuses is printed, and forgotten; no rule names the address, so nothing else is refused.
export const connect = connectWith({
	configure: (inside, address) =>
		within(inside, () => {
			ip("link set lo up", "link set eth0 up");
			try {
				ip(`address add ${address}/24 dev eth0`, "route add default via 10.88.0.1");
			} catch (error) {
				console.error(error);
			}
		}),
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", dnat(address, published))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", 'ip saddr 10.88.0.0/24 oifname != "box0" masquerade')}
}`,
});
