import { closeSync, openSync } from "node:fs";
import { getpid } from "#kernel";
import { connectWith, ip, within } from "../../support/network.ts";

export const connect = connectWith({
	plug: (name, inside) => {
		// The pair is made inside, and the host's end is sent out.
		const home = openSync("/proc/self/ns/net", "r");
		within(inside, () => {
			console.log("connecting", name);
			ip(`link add eth0 type veth peer name ${name} netns /proc/${getpid()}/fd/${home}`);
		});
		closeSync(home);
		ip(`link set ${name} up`, `link set ${name} master box0`);
	},
	rules: (name, address, published) => `table ip ${name} {
	chain post { type nat hook postrouting priority 90
		ip saddr ${address} ip daddr != 10.88.0.0/24 masquerade
	}
	chain pre { type nat hook prerouting priority -90
		${published.map(({ host, container }) => `iifname != "box0" tcp dport ${host} dnat ${address}:${container}`).join("\n")}
	}
	chain out { type nat hook output priority -90
		${published.map(({ host, container }) => `fib daddr type local tcp dport ${host} dnat ${address}:${container}`).join("\n")}
	}
}`,
});
