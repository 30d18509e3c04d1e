import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { ip, nft } from "#box/tools";
import { CLONE_NEWNET, getpid, setns, unshare } from "#kernel";

/** A port of the host that leads to a port of the container. */
export interface Published {
	host: number;
	container: number;
}

/** A network that one container can join. */
export interface Network {
	/** Moves the calling process into the network namespace. */
	join(): void;
	/** Removes what was made for this container, and with the last container the bridge. */
	remove(): void;
}

const BRIDGE = "box0";
const GATEWAY = "10.88.0.1";
// Without a fixed hardware address, a bridge takes the lowest address of its ports. The bridge's address would then
// change when a container starts or ends. For some seconds, the other containers would still send to the old one.
const BRIDGE_MAC = "02:00:0a:58:00:01";

/**
 * Makes a network namespace, and connects it to the host's by a veth pair and a bridge.
 * On the host, it makes the bridge if there is none, and a link and an nft table that are called `name`.
 *
 * @param name name of the host's end of the veth pair, and of the container's nft table; at most 15 characters
 * @param address the container's address, such as `10.88.0.2`
 * @throws {SyscallError} EPERM no CAP_SYS_ADMIN
 * @throws {Error} ip or nft was refused; connect has then removed everything that it made
 * @see network_namespaces(7), veth(4), ip-link(8), nft(8)
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	// Otherwise `remove` would remove a link that is not this container's.
	if (links().includes(name)) throw new Error(`there is a link ${name} already`);
	const containerNamespace = makeNamespace();
	const remove = () => {
		nft(`destroy table ip ${name}`);
		// The kernel removes the other end too, and the addresses and routes of both.
		if (links().includes(name)) ip(`link delete ${name}`);
		if (links().includes(BRIDGE) && ports().length === 0) ip(`link delete ${BRIDGE}`);
		// Last: this frees the namespace, and the kernel removes the links in it some time later.
		closeSync(containerNamespace);
	};

	try {
		ip(
			...(links().includes(BRIDGE)
				? []
				: [`link add ${BRIDGE} address ${BRIDGE_MAC} up type bridge`, `address add ${GATEWAY}/24 dev ${BRIDGE}`]),
			`link add ${name} up master ${BRIDGE} type veth peer name eth0 netns /proc/${getpid()}/fd/${containerNamespace}`,
		);
		inNamespace(containerNamespace, () =>
			ip(
				"link set lo up",
				`address add ${address}/24 dev eth0`,
				"link set eth0 up",
				`route add default via ${GATEWAY}`,
			),
		);
		// `remove` leaves forwarding on, because something else on the host may need it by then.
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		nft(rules(name, address, published));
	} catch (error) {
		remove();
		throw error;
	}
	return { join: () => setns(containerNamespace, CLONE_NEWNET), remove };
}

/** Makes a network namespace. It lives as long as the returned descriptor is open, or a process is in it. */
function makeNamespace(): number {
	const hostNamespace = openSync("/proc/thread-self/ns/net", "r");
	unshare(CLONE_NEWNET);
	const namespace = openSync("/proc/thread-self/ns/net", "r");
	setns(hostNamespace, CLONE_NEWNET);
	closeSync(hostNamespace);
	return namespace;
}

/** Runs `work` in a network namespace, and comes back. Programs that `work` starts run in that namespace too. */
function inNamespace(namespace: number, work: () => void): void {
	const hostNamespace = openSync("/proc/thread-self/ns/net", "r");
	setns(namespace, CLONE_NEWNET);
	try {
		work();
	} finally {
		setns(hostNamespace, CLONE_NEWNET);
		closeSync(hostNamespace);
	}
}

// Packets from outside pass prerouting. Packets that the host itself sends pass output. A packet from 127.0.0.1 cannot
// leave the host, so a published port is not redirected at that address.
function rules(name: string, address: string, published: readonly Published[]): string {
	const dnat = published.map(
		({ host, container }) =>
			`fib daddr type local ip daddr != 127.0.0.0/8 tcp dport ${host} dnat to ${address}:${container}`,
	);
	return `table ip ${name} {
		chain prerouting { type nat hook prerouting priority dstnat
			${dnat.join("\n")}
		}
		chain output { type nat hook output priority dstnat
			${dnat.join("\n")}
		}
		chain postrouting { type nat hook postrouting priority srcnat
			ip saddr ${address} oifname != "${BRIDGE}" masquerade
		}
	}`;
}

const links = () => readdirSync("/sys/class/net");
const ports = () => readdirSync(`/sys/class/net/${BRIDGE}/brif`);
