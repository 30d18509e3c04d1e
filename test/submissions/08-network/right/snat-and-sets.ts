import { execFileSync } from "node:child_process";
import { chain, connectWith } from "../../support/network.ts";

// snat to the address by which the host speaks with the world, and the published ports as one map without a name.
const outside = () => /src (\S+)/.exec(execFileSync("ip", ["route", "get", "198.51.100.1"], { encoding: "utf8" }))?.[1];

export const connect = connectWith({
	rules: (name, address, published) => {
		const ports = published.map(({ host, container }) => `${host} : ${address} . ${container}`).join(", ");
		const dnat = ports === "" ? "" : `fib daddr type local dnat ip to tcp dport map { ${ports} }`;
		return `table ip ${name} {
${chain("prerouting", "prerouting", dnat)}
${chain("output", "output", dnat)}
${chain("postrouting", "postrouting", `ip saddr ${address} ip daddr != 10.88.0.0/24 snat to ${outside()}`)}
}`;
	},
});
