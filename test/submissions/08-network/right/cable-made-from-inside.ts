// The cable is made in the container's namespace, and its other end is given to the host; all that belongs inside is
// done in one visit.
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { ip, nft } from "#box/tools";
import { CLONE_NEWNET, getpid, setns, unshare } from "#kernel";

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

const BRIDGE = "box0";
const GATEWAY = "10.88.0.1";

const currentNamespace = () => openSync("/proc/thread-self/ns/net", "r");
const exists = (link: string) => existsSync(`/sys/class/net/${link}`);

/** Makes a namespace and does something in it. The caller is back where it was afterwards, also when that has failed. */
function inNewNamespace(action: (home: number) => void): number {
	const home = currentNamespace();
	let made = -1;
	try {
		unshare(CLONE_NEWNET);
		try {
			made = currentNamespace();
			action(home);
		} catch (error) {
			if (made !== -1) closeSync(made);
			throw error;
		} finally {
			setns(home, CLONE_NEWNET);
		}
	} finally {
		closeSync(home);
	}
	return made;
}

function dropLink(name: string): void {
	if (exists(name)) ip(`link delete dev ${name}`);
}

function dropBridgeIfUnused(): void {
	if (exists(BRIDGE) && readdirSync(`/sys/class/net/${BRIDGE}/brif`).length === 0) dropLink(BRIDGE);
}

function rules(table: string, address: string, published: readonly Published[]): string {
	// Whoever comes from the bridge is a container: it finds the host's own ports there.
	const dnat = published.map(({ host, container }) => `tcp dport ${host} dnat to ${address}:${container}`).join("\n");
	return `
		table ip ${table} {
			chain from-outside {
				type nat hook prerouting priority -100; policy accept;
				iifname "${BRIDGE}" return
				fib daddr type != local return
				${dnat}
			}
			chain from-host {
				type nat hook output priority -100; policy accept;
				fib daddr type != local return
				ip daddr 127.0.0.0/8 return
				${dnat}
			}
			chain to-outside {
				type nat hook postrouting priority 100; policy accept;
				oifname != "${BRIDGE}" ip saddr ${address} masquerade
			}
		}
	`;
}

/**
 * Makes a network namespace that is connected to the host's.
 * The engine calls it in its own process, before it forks the one that becomes the command.
 *
 * @param name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has it
 * @param address the container's, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	let namespace: number | undefined;
	let hasRules = false;
	const remove = () => {
		if (hasRules) nft(`delete table ip ${name}`);
		hasRules = false;
		dropLink(name);
		dropBridgeIfUnused();
		if (namespace !== undefined) closeSync(namespace);
		namespace = undefined;
	};
	try {
		namespace = inNewNamespace((home) =>
			ip(
				"link set dev lo up",
				`link add dev eth0 type veth peer name ${name} netns /proc/${getpid()}/fd/${home}`,
				`address add ${address}/24 dev eth0`,
				"link set dev eth0 up",
				`route add default via ${GATEWAY} dev eth0`,
			),
		);
		if (!exists(BRIDGE))
			ip(`link add dev ${BRIDGE} address 02:00:0a:58:00:01 type bridge`, `address add ${GATEWAY}/24 dev ${BRIDGE}`);
		ip(`link set dev ${BRIDGE} up`, `link set dev ${name} master ${BRIDGE}`, `link set dev ${name} up`);
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1\n");
		nft(rules(name, address, published));
		hasRules = true;
	} catch (error) {
		remove();
		throw error;
	}
	return {
		join: () => {
			if (namespace === undefined) throw new Error("the network has been removed");
			setns(namespace, CLONE_NEWNET);
		},
		remove,
	};
}
