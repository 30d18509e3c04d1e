// diagnosis: one-namespace-for-both

import { execFileSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith, ip, within } from "../../support/network.ts";

const linkInside = () =>
	/: (e[0-9a-f]{8})@/.exec(execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).split("\n").at(-2) ?? "")?.[1];

export const connect = connectWith({
	namespace: () => {
		// one name, whoever asks
		if (!existsSync("/run/netns/box")) execFileSync("ip", ["netns", "add", "box"]);
		return openSync("/run/netns/box", "r");
	},
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name e${name.slice(4)} netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
	configure: (inside, address) =>
		within(inside, () =>
			ip(
				"link set lo up",
				`address add ${address}/24 dev ${linkInside()}`,
				`link set ${linkInside()} up`,
				"route replace default via 10.88.0.1",
			),
		),
});
