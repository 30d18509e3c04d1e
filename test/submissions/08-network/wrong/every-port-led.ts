// diagnosis: host-cut-off
import { chain, connectWith } from "../../support/network.ts";

// The port is translated, but never asked for.
export const connect = connectWith({
	rules: (name, address, published) => {
		const dnat = published.map(
			({ container }) => `fib daddr type local meta l4proto tcp dnat to ${address}:${container}`,
		);
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat.join("\n"))}
${chain("output", "output", dnat.map((rule) => `oifname "lo" ${rule}`).join("\n"))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`;
	},
});
