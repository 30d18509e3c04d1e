// Ip netns makes the namespace under a name, which is deleted as soon as a file of it is open; and /run/netns with it,
// if nobody has used that before.
import { closeSync, existsSync, openSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { ip, nft } from "#box/tools";
import { CLONE_NEWNET, getpid, MNT_DETACH, setns, umount2 } from "#kernel";

/** A port of the host that leads to one of the container's. */
export interface Published {
	host: number;
	container: number;
}

/** A network that one container can join. */
export interface Network {
	/** Moves the calling process into it. The engine calls it in the process that is about to become the command. */
	join(): void;
	/** Removes what was made for this container. The engine calls it when the command has ended. */
	remove(): void;
}

const NAMES = "/run/netns";

/** Makes a network namespace, and opens it. This process does not move. */
function openNewNamespace(name: string): number {
	const isOurs = !existsSync(NAMES);
	try {
		ip(`netns add ${name}`);
		try {
			return openSync(`${NAMES}/${name}`, "r");
		} finally {
			ip(`netns delete ${name}`);
		}
	} finally {
		if (isOurs && existsSync(NAMES)) {
			// ip(8) has mounted it on itself.
			umount2(NAMES, MNT_DETACH);
			rmdirSync(NAMES);
		}
	}
}

function runInside(namespace: number, ...commands: string[]): void {
	const home = openSync("/proc/thread-self/ns/net", "r");
	try {
		setns(namespace, CLONE_NEWNET);
		try {
			ip(...commands);
		} finally {
			setns(home, CLONE_NEWNET);
		}
	} finally {
		closeSync(home);
	}
}

const has = (link: string) => existsSync(`/sys/class/net/${link}`);

/**
 * Makes a network namespace that is connected to the host's.
 * The engine calls it in its own process, before it forks the one that becomes the command.
 *
 * @param name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has it
 * @param address the container's, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	const namespace = openNewNamespace(name);
	const remove = () => {
		nft(`add table ip ${name}; delete table ip ${name}`);
		if (has(name)) ip(`link delete ${name}`);
		if (has("box0") && readdirSync("/sys/class/net/box0/brif").length === 0) ip("link delete box0");
		closeSync(namespace);
	};
	try {
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		if (!has("box0"))
			ip("link add name box0 address 02:00:0a:58:00:01 type bridge", "address add 10.88.0.1/24 dev box0");
		ip(
			"link set box0 up",
			`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${namespace}`,
			`link set ${name} up`,
			`link set ${name} master box0`,
		);
		runInside(
			namespace,
			"link set lo up",
			"link set eth0 up",
			`address add ${address}/24 broadcast + dev eth0`,
			"route add default via 10.88.0.1 dev eth0",
		);
		const each = (line: (port: Published) => string) => published.map(line).join("\n");
		nft(`
			table ip ${name} {
				chain post { type nat hook postrouting priority srcnat; ip saddr ${address} oifname != "box0" masquerade; }
				chain pre {
					type nat hook prerouting priority dstnat;
					${each(({ host, container }) => `tcp dport ${host} fib daddr type local dnat to ${address}:${container}`)}
				}
				chain own {
					type nat hook output priority -100;
					${each(({ host, container }) => `tcp dport ${host} fib daddr type local dnat to ${address}:${container}`)}
				}
			}
		`);
	} catch (error) {
		remove();
		throw error;
	}
	return { join: () => setns(namespace, CLONE_NEWNET), remove };
}
