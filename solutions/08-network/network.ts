import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
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
const SUBNET = "10.88.0.0/24";

/**
 * Makes a network namespace that is connected to the host's through a bridge.
 * @param name of the host's end of the veth pair, and of the container's nft table; at most 15 characters
 * @param address the container's, such as `10.88.0.2`
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	makeBridge();
	// A namespace belongs to a thread: this one goes into a new one, and comes back.
	const home = openSync("/proc/thread-self/ns/net", "r");
	unshare(CLONE_NEWNET);
	const inside = openSync("/proc/thread-self/ns/net", "r");
	setns(home, CLONE_NEWNET);

	ip(`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`);
	ip(`link set ${name} master ${BRIDGE} up`);
	setns(inside, CLONE_NEWNET);
	ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", `route add default via ${GATEWAY}`);
	setns(home, CLONE_NEWNET);
	closeSync(home);

	const dnat = published.map(({ host, container }) => `tcp dport ${host} dnat to ${address}:${container}`);
	const rules = `fib daddr type local ${dnat.join(`\n\t\tfib daddr type local `)}`;
	if (published.length > 0)
		nft(`table ip ${name} {
	chain prerouting { type nat hook prerouting priority dstnat;
		${rules}
	}
	chain output { type nat hook output priority dstnat;
		${rules}
	}
}`);

	return {
		join: () => setns(inside, CLONE_NEWNET),
		remove: () => {
			closeSync(inside);
			if (published.length > 0) nft(`delete table ip ${name}`);
			ip(`link delete ${name}`);
			if (readdirSync(`/sys/class/net/${BRIDGE}/brif`).length === 0) removeBridge();
		},
	};
}

function makeBridge(): void {
	if (readdirSync("/sys/class/net").includes(BRIDGE)) return;
	ip(`link add ${BRIDGE} type bridge`, `address add ${GATEWAY}/24 dev ${BRIDGE}`, `link set ${BRIDGE} up`);
	writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
	nft(`table ip ${BRIDGE} {
	chain postrouting { type nat hook postrouting priority srcnat;
		ip saddr ${SUBNET} oifname != "${BRIDGE}" masquerade
	}
}`);
}

function removeBridge(): void {
	nft(`delete table ip ${BRIDGE}`);
	ip(`link delete ${BRIDGE}`);
}

// Many commands, one program.
function ip(...commands: string[]): void {
	execFileSync("ip", ["-batch", "-"], { input: commands.join("\n") });
}

function nft(rules: string): void {
	execFileSync("nft", ["-f", "-"], { input: rules });
}
