// diagnosis: one-address-only
import { execFileSync } from "node:child_process";
import { chain, connectWith, dnat } from "../../support/network.ts";

const outside = () => /src (\S+)/.exec(execFileSync("ip", ["route", "get", "198.51.100.1"], { encoding: "utf8" }))?.[1];

// The address by which the host speaks with the world, and none of its others.
export const connect = connectWith({
	rules: (name, address, published) => {
		const own = dnat(address, published).replaceAll("fib daddr type local", `ip daddr ${outside()}`);
		return `table ip ${name} {
${chain("prerouting", "prerouting", own)}
${chain("output", "output", own)}
${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
}`;
	},
});
