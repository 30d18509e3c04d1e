// diagnosis: rule-in-wrong-chain
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address) => `table ip ${name} { chain postrouting { type filter hook postrouting priority 100
ip saddr ${address} oifname != "box0" masquerade
}
}`,
});
