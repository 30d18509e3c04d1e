// diagnosis: program-missing
import { execFileSync } from "node:child_process";
import { connectWith, links } from "../../support/network.ts";

export const connect = connectWith({
	bridge: () => {
		if (links().includes("box0")) return;
		execFileSync("brctl", ["addbr", "box0"]);
		execFileSync("ifconfig", ["box0", "10.88.0.1", "netmask", "255.255.255.0", "up"]);
	},
});
