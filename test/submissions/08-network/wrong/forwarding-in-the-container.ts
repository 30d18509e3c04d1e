// diagnosis: not-forwarded
// misconception: 15
import { writeFileSync } from "node:fs";
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	forward: () => {},
	configure: (inside, address) =>
		within(inside, () => {
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
			writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		}),
});
