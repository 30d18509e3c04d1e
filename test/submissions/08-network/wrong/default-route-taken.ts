// diagnosis: host-links-lost
// misconception: 17

import { writeFileSync } from "node:fs";
import { connectWith, ip } from "../../support/network.ts";

// Believed that the host, too, needs a way to the containers, and that this is the default route.
export const connect = connectWith({
	forward: () => {
		ip("route replace default dev box0");
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
	},
});
