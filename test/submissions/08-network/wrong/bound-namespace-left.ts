// diagnosis: mount-left
// misconception: 17
import { writeFileSync } from "node:fs";
import { MS_BIND, mount } from "#kernel";
import { connectWith, ip, within } from "../../support/network.ts";

// The namespace is given a name, as ip netns does it, in a directory of its own.
export const connect = connectWith({
	forward: () => {
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
	},
	configure: (inside, address) => {
		within(inside, () => configured(address));
		writeFileSync(`/run/net-${address}`, "");
		within(inside, () => mount("/proc/thread-self/ns/net", `/run/net-${address}`, null, MS_BIND, null));
	},
});

const configured = (address: string) =>
	ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
