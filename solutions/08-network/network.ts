import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { ip, nft } from "#box/tools";
import { CLONE_NEWNET, getpid, setns, unshare } from "#kernel";

/** A port of the host that leads to one of the container's. */
export interface Published {
	host: number;
	container: number;
}

/** A network that one container can join. */
export interface Network {
	/** Moves the calling process into it. */
	join(): void;
	/** Removes what was made for this container; the last one takes the bridge along. */
	remove(): void;
}

const BRIDGE = "box0";
const GATEWAY = "10.88.0.1";
// Without one of its own, a bridge takes the lowest of its ports': another one when a container comes or goes, and those
// that go on would send to the old one for some seconds.
const BRIDGE_MAC = "02:00:0a:58:00:01";

/**
 * Makes a network namespace that is connected to the host's by a veth pair and a bridge.
 * What it makes on the host bears the container's name, or is the bridge: that is all there is to remove.
 *
 * @param name of the host's end of the veth pair, and of the container's nft table; at most 15 characters
 * @param address the container's, such as `10.88.0.2`
 * @throws {SyscallError} EPERM no CAP_SYS_ADMIN
 * @throws {Error} ip or nft was refused; then nothing is left
 * @see network_namespaces(7), veth(4), ip-link(8), nft(8)
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	// Whoever bears the name already must not be removed with us.
	if (links().includes(name)) throw new Error(`there is a link ${name} already`);
	const inside = newNamespace();
	const remove = () => {
		nft(`destroy table ip ${name}`);
		// The other end goes along, and with it the addresses and routes that are on them.
		if (links().includes(name)) ip(`link delete ${name}`);
		if (links().includes(BRIDGE) && ports().length === 0) ip(`link delete ${BRIDGE}`);
		// Last: with the namespace its links go, too, but some time later; until then they are there and then they are not.
		closeSync(inside);
	};

	try {
		ip(
			...(links().includes(BRIDGE)
				? []
				: [`link add ${BRIDGE} address ${BRIDGE_MAC} up type bridge`, `address add ${GATEWAY}/24 dev ${BRIDGE}`]),
			`link add ${name} up master ${BRIDGE} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`,
		);
		within(inside, () =>
			ip(
				"link set lo up",
				`address add ${address}/24 dev eth0`,
				"link set eth0 up",
				`route add default via ${GATEWAY}`,
			),
		);
		// Stays on: whether anybody else has come to need it, nobody can tell.
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		nft(rules(name, address, published));
	} catch (error) {
		remove();
		throw error;
	}
	return { join: () => setns(inside, CLONE_NEWNET), remove };
}

/** Makes a network namespace that lives as long as the descriptor is open, or a process is in it. */
function newNamespace(): number {
	const home = openSync("/proc/thread-self/ns/net", "r");
	unshare(CLONE_NEWNET);
	const made = openSync("/proc/thread-self/ns/net", "r");
	setns(home, CLONE_NEWNET);
	closeSync(home);
	return made;
}

/** Goes into a network namespace, and comes back. The programs that `act` starts are there, too. */
function within(namespace: number, act: () => void): void {
	const home = openSync("/proc/thread-self/ns/net", "r");
	setns(namespace, CLONE_NEWNET);
	try {
		act();
	} finally {
		setns(home, CLONE_NEWNET);
		closeSync(home);
	}
}

// What comes from outside goes through prerouting; what the host itself sends, through output. A packet from 127.0.0.1
// could not leave the host, so there the port stays what it was.
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
