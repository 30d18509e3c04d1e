// One table for all containers; a container is an element of its set, and each published port one of its map; the last
// one takes the table along with the bridge.
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

/** The same whoever is first: adding what is there is no error, and the rules are put anew. All of it at once. */
const TABLE = `
	add table ip box-nat
	add set ip box-nat containers { type ipv4_addr; }
	add map ip box-nat ports { type inet_service : ipv4_addr . inet_service; }
	add chain ip box-nat incoming { type nat hook prerouting priority dstnat; }
	add chain ip box-nat local { type nat hook output priority -100; }
	add chain ip box-nat leaving { type nat hook postrouting priority srcnat; }
	flush chain ip box-nat incoming
	flush chain ip box-nat local
	flush chain ip box-nat leaving
	add rule ip box-nat incoming fib daddr type local dnat ip to tcp dport map @ports
	add rule ip box-nat local ip daddr != 127.0.0.0/8 fib daddr type local dnat ip to tcp dport map @ports
	add rule ip box-nat leaving ip saddr @containers oifname != "box0" masquerade
`;

const isThere = (link: string) => existsSync(`/sys/class/net/${link}`);

/**
 * Makes a network namespace that is connected to the host's.
 * The engine calls it in its own process, before it forks the one that becomes the command.
 *
 * @param name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has it
 * @param address the container's, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	const elements = [`containers { ${address} }`];
	if (published.length > 0) {
		const ports = published.map((port) => `${port.host} : ${address} . ${port.container}`);
		elements.push(`ports { ${ports.join(", ")} }`);
	}
	const change = (verb: "add" | "delete") =>
		elements.map((element) => `${verb} element ip box-nat ${element}`).join("\n");

	const home = openSync("/proc/thread-self/ns/net", "r");
	const descriptors = [home];
	let isListed = false;

	function remove(): void {
		if (isListed) nft(change("delete"));
		if (isThere(name)) ip(`link del ${name}`);
		if (isThere("box0") && readdirSync("/sys/class/net/box0/brif").length === 0) {
			nft("add table ip box-nat\ndelete table ip box-nat");
			ip("link del box0");
		}
		for (const fd of descriptors) closeSync(fd);
	}

	try {
		unshare(CLONE_NEWNET);
		const inside = openSync("/proc/thread-self/ns/net", "r");
		descriptors.push(inside);
		ip("link set lo up");
		setns(home, CLONE_NEWNET);

		if (!isThere("box0"))
			ip("link add box0 up address 02:00:0a:58:00:01 type bridge", "addr add 10.88.0.1/24 dev box0");
		ip(`link add ${name} up master box0 type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`);
		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");

		setns(inside, CLONE_NEWNET);
		ip("link set eth0 up", `addr add ${address}/24 dev eth0`, "route add 0.0.0.0/0 via 10.88.0.1");
		setns(home, CLONE_NEWNET);

		nft(`${TABLE}\n${change("add")}`);
		isListed = true;

		return { join: () => setns(inside, CLONE_NEWNET), remove };
	} catch (error) {
		setns(home, CLONE_NEWNET);
		remove();
		throw error;
	}
}
