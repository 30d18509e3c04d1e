// Does not look whether the bridge is there, but tries to make it; both hooks jump to one chain with the ports; asks
// ip in JSON who is still on the bridge.
import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
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

/** Does something that may be refused because it is done already. */
function attempt(action: () => void): boolean {
	try {
		action();
		return true;
	} catch {
		return false;
	}
}

const portsOf = (bridge: string): unknown[] =>
	JSON.parse(execFileSync("ip", ["-json", "link", "show", "master", bridge], { encoding: "utf8" }) || "[]");

function openNamespace(): { here: number; made: number } {
	const here = openSync("/proc/thread-self/ns/net", "r");
	unshare(CLONE_NEWNET);
	const made = openSync("/proc/thread-self/ns/net", "r");
	setns(here, CLONE_NEWNET);
	return { here, made };
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
	const { here, made } = openNamespace();
	const table = `ip ${name}`;

	const remove = () => {
		attempt(() => nft(`delete table ${table}`));
		attempt(() => ip(`link delete ${name}`));
		attempt(() => {
			if (portsOf("box0").length === 0) ip("link delete box0");
		});
		closeSync(made);
		closeSync(here);
	};

	try {
		attempt(() => ip("link add box0 address 02:00:0a:58:00:01 type bridge"));
		ip("address replace 10.88.0.1/24 dev box0", "link set box0 up");
		ip(`link add ${name} master box0 type veth peer name eth0 netns /proc/${getpid()}/fd/${made}`);
		ip(`link set ${name} up`);

		setns(made, CLONE_NEWNET);
		try {
			ip("link set lo up", `address add ${address}/24 dev eth0`);
			ip("link set eth0 up", "route add default via 10.88.0.1");
		} finally {
			setns(here, CLONE_NEWNET);
		}

		writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
		const commands = [
			`add table ${table}`,
			`add chain ${table} ports`,
			`add chain ${table} pre { type nat hook prerouting priority dstnat; }`,
			`add chain ${table} out { type nat hook output priority -100; }`,
			`add chain ${table} post { type nat hook postrouting priority srcnat; }`,
			`add rule ${table} pre fib daddr type local jump ports`,
			`add rule ${table} out ip daddr != 127.0.0.0/8 fib daddr type local jump ports`,
			`add rule ${table} post ip saddr ${address} oifname != "box0" masquerade`,
		];
		for (const port of published) {
			commands.push(`add rule ${table} ports tcp dport ${port.host} dnat to ${address}:${port.container}`);
		}
		nft(commands.join("\n"));
	} catch (error) {
		remove();
		throw error;
	}

	return { join: () => setns(made, CLONE_NEWNET), remove };
}
