// By somebody who has read the lesson only, and has seen no solution: some wrong answers are this with one mistake.
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

const NETNS = "/proc/thread-self/ns/net";
const hasLink = (link: string) => existsSync(`/sys/class/net/${link}`);

/**
 * Makes a network namespace that is connected to the host's.
 * The engine calls it in its own process, before it forks the one that becomes the command.
 *
 * @param name of the host's end of the veth pair, such as `box-0a1b2c3d`; nothing else has it
 * @param address the container's, such as `10.88.0.2`
 * @param published ports of the host that lead to ports of the container
 */
export function connect(name: string, address: string, published: readonly Published[]): Network {
	const home = openSync(NETNS, "r");
	let inside: number | undefined;

	const remove = () => {
		// Adding it is no error if it is there, and deleting it is none then.
		nft(`add table ip ${name}\ndelete table ip ${name}`);
		if (hasLink(name)) ip(`link delete ${name}`);
		if (hasLink("box0") && readdirSync("/sys/class/net/box0/brif").length === 0) ip("link delete box0");
		if (inside !== undefined) closeSync(inside);
		closeSync(home);
	};

	try {
		unshare(CLONE_NEWNET);
		inside = openSync(NETNS, "r");
		ip("link set lo up");
		setns(home, CLONE_NEWNET);

		if (!hasLink("box0")) {
			// An address of its own: otherwise it has that of one of its ports, and another one when that port goes.
			ip(
				"link add box0 address 02:00:0a:58:00:01 type bridge",
				"address add 10.88.0.1/24 dev box0",
				"link set box0 up",
			);
		}
		ip(
			`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		);

		setns(inside, CLONE_NEWNET);
		ip(`address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
		setns(home, CLONE_NEWNET);

		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		const lead = published.map(
			(port) => `fib daddr type local tcp dport ${port.host} dnat to ${address}:${port.container}`,
		);
		nft(`table ip ${name} {
			chain postrouting {
				type nat hook postrouting priority srcnat
				ip saddr ${address} oifname != "box0" masquerade
			}
			chain prerouting {
				type nat hook prerouting priority dstnat
				${lead.join("\n")}
			}
			chain output {
				type nat hook output priority -100
				${lead.join("\n")}
			}
		}`);
	} catch (error) {
		setns(home, CLONE_NEWNET);
		remove();
		throw error;
	}

	const namespace = inside;
	return { join: () => setns(namespace, CLONE_NEWNET), remove };
}
