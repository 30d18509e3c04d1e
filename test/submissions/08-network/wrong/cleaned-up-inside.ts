// diagnosis: clean-up-refused
// misconception: 17
// Believed that catch runs where try began.
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { ip, nft } from "#box/tools";
import { CLONE_NEWNET, getpid, setns, unshare } from "#kernel";

export function connect(name: string, address: string, published: readonly { host: number; container: number }[]) {
	const home = openSync("/proc/thread-self/ns/net", "r");
	unshare(CLONE_NEWNET);
	const inside = openSync("/proc/thread-self/ns/net", "r");
	setns(home, CLONE_NEWNET);
	const remove = () => {
		nft(`destroy table ip ${name}`);
		ip(`link delete ${name}`);
		if (readdirSync("/sys/class/net/box0/brif").length === 0) ip("link delete box0");
		closeSync(inside);
	};
	try {
		if (!existsSync("/sys/class/net/box0")) ip("link add box0 up type bridge", "address add 10.88.0.1/24 dev box0");
		ip(`link add ${name} up master box0 type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`);
		setns(inside, CLONE_NEWNET);
		ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
		setns(home, CLONE_NEWNET);
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		const dnat = published
			.map((p) => `fib daddr type local tcp dport ${p.host} dnat to ${address}:${p.container}`)
			.join("\n");
		nft(`table ip ${name} {
			chain a { type nat hook postrouting priority srcnat
				ip saddr ${address} oifname != "box0" masquerade
			}
			chain b { type nat hook prerouting priority dstnat
				${dnat}
			}
			chain c { type nat hook output priority dstnat
				${dnat}
			}
		}`);
	} catch (error) {
		remove();
		throw error;
	}
	return { join: () => setns(inside, CLONE_NEWNET), remove };
}
