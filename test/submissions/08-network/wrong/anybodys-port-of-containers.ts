// diagnosis: others-port-taken
import { chain, connectWith, dnat } from "../../support/network.ts";

const anybodys = (rules: string) => rules.replaceAll("fib daddr type local ", "");

export const connect = connectWith({
	rules: (name, address, published) => `table ip ${name} {
${chain("prerouting", "prerouting", anybodys(dnat(address, published)))}
${chain("output", "output", dnat(address, published))}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
