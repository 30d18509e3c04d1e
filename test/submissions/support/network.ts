import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { CLONE_NEWNET, getpid, setns, unshare } from "#kernel";

/** The pieces that submissions for 08-network are made of; each leaves one out, or has its own. */

export interface Published {
	host: number;
	container: number;
}

/** A submission's connect: made of steps, the later ones not taken when an earlier one throws. */
export interface Parts {
	namespace(): number;
	bridge(): void;
	plug(name: string, inside: number): void;
	configure(inside: number, address: string): void;
	forward(): void;
	rules(name: string, address: string, published: readonly Published[]): string;
	join(inside: number): void;
	remove(name: string, inside: number): void;
	/** When a step has thrown. */
	undo(name: string, inside: number): void;
}

export const ip = (...commands: string[]) => void execFileSync("ip", ["-batch", "-"], { input: commands.join("\n") });
export const nft = (commands: string) => void execFileSync("nft", ["-f", "-"], { input: commands });
export const links = () => readdirSync("/sys/class/net");
export const ports = () => (links().includes("box0") ? readdirSync("/sys/class/net/box0/brif") : []);

export function within(namespace: number, act: () => void): void {
	const home = openSync("/proc/thread-self/ns/net", "r");
	setns(namespace, CLONE_NEWNET);
	try {
		act();
	} finally {
		setns(home, CLONE_NEWNET);
		closeSync(home);
	}
}

export const dnat = (address: string, published: readonly Published[]) =>
	published
		.map(({ host, container }) => `fib daddr type local tcp dport ${host} dnat to ${address}:${container}`)
		.join("\n");

export const chain = (name: string, hook: string, rules: string) => {
	const priority = hook === "postrouting" || hook === "input" ? 100 : -100;
	return `chain ${name} { type nat hook ${hook} priority ${priority}\n${rules}\n}`;
};

export const removeTable = (name: string) => nft(`destroy table ip ${name}`);
export const removeLink = (name: string) => {
	if (links().includes(name)) ip(`link delete ${name}`);
};
export const removeBridge = () => {
	if (links().includes("box0") && ports().length === 0) ip("link delete box0");
};

const all: Parts = {
	namespace: () => {
		const home = openSync("/proc/thread-self/ns/net", "r");
		unshare(CLONE_NEWNET);
		const inside = openSync("/proc/thread-self/ns/net", "r");
		setns(home, CLONE_NEWNET);
		closeSync(home);
		return inside;
	},
	bridge: () => {
		if (!links().includes("box0"))
			ip("link add box0 type bridge", "address add 10.88.0.1/24 dev box0", "link set box0 up");
	},
	plug: (name, inside) =>
		ip(
			`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${inside}`,
			`link set ${name} master box0 up`,
		),
	configure: (inside, address) =>
		within(inside, () =>
			ip("link set lo up", `address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1"),
		),
	forward: () => writeFileSync("/proc/sys/net/ipv4/ip_forward", "1"),
	rules: (name, address, published) => `table ip ${name} {
		${chain("prerouting", "prerouting", dnat(address, published))}
		${chain("output", "output", dnat(address, published))}
		${chain("postrouting", "postrouting", `ip saddr ${address} oifname != "box0" masquerade`)}
	}`,
	join: (inside) => setns(inside, CLONE_NEWNET),
	remove: (name, inside) => {
		removeTable(name);
		removeLink(name);
		removeBridge();
		closeSync(inside);
	},
	undo: (name, inside) => all.remove(name, inside),
};

/** connect, with some parts replaced. */
export function connectWith(own: Partial<Parts>) {
	const parts = { ...all, ...own };
	return (name: string, address: string, published: readonly Published[]) => {
		const inside = parts.namespace();
		try {
			parts.bridge();
			parts.plug(name, inside);
			parts.configure(inside, address);
			parts.forward();
			nft(parts.rules(name, address, published));
		} catch (error) {
			parts.undo(name, inside);
			throw error;
		}
		return { join: () => parts.join(inside), remove: () => parts.remove(name, inside) };
	};
}
