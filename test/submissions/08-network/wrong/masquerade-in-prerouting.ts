// diagnosis: rule-in-wrong-chain
import { chain, connectWith } from "../../support/network.ts";

export const connect = connectWith({
	rules: (name, address) => `table ip ${name} {
${chain("prerouting", "prerouting", `ip saddr ${address} masquerade`)}
}`,
});
