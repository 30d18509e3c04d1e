// diagnosis: port-misdirected
import { chain, connectWith, dnat } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
