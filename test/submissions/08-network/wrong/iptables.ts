// diagnosis: program-missing
import { execFileSync } from "node:child_process";
import { connectWith } from "../../support/network.ts";

// As every tutorial has it.
export const connect = connectWith({
	rules: (_name, address) => {
		execFileSync("iptables", ["-t", "nat", "-A", "POSTROUTING", "-s", address, "!", "-o", "box0", "-j", "MASQUERADE"]);
		return "";
	},
});
