// diagnosis: one-port-only
import { chain, connectWith, dnat } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address, [first]) => `table ip ${name} {
${chain("prerouting", "prerouting", first ? dnat(address, [first]) : "")}
${chain("output", "output", first ? dnat(address, [first]) : "")}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
