// diagnosis: not-published
import { chain, connectWith } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address) => `table ip ${name} {
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`,
});
