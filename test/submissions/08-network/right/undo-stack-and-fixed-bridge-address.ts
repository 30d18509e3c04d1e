// A stack of what is to be undone; the bridge has a hardware address of its own, so that it keeps it when containers
// come and go; conf/all/forwarding; the joining process closes the descriptors that it no longer needs.
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
	/** Moves the calling process into it. The engine calls it in the process that is about to become the command. */
	join(): void;
	/** Removes what was made for this container. The engine calls it when the command has ended. */
	remove(): void;
}

const links = () => readdirSync("/sys/class/net");

/** The container's namespace, and the way home from it. */
class Namespace {
	readonly #home = openSync("/proc/thread-self/ns/net", "r");
	readonly fd: number;

	constructor() {
		try {
			unshare(CLONE_NEWNET);
			this.fd = openSync("/proc/thread-self/ns/net", "r");
		} catch (error) {
			setns(this.#home, CLONE_NEWNET);
			closeSync(this.#home);
			throw error;
		}
		setns(this.#home, CLONE_NEWNET);
	}

	enter(): void {
		setns(this.fd, CLONE_NEWNET);
	}

	visit(action: () => void): void {
		this.enter();
		try {
			action();
		} finally {
			setns(this.#home, CLONE_NEWNET);
		}
	}

	close(): void {
		closeSync(this.fd);
		closeSync(this.#home);
	}
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
	const undo: (() => void)[] = [];
	const remove = () => {
		let first: unknown;
		for (const step of undo.splice(0).reverse()) {
			try {
				step();
			} catch (error) {
				// The others have to be undone all the same.
				first ??= error;
			}
		}
		if (first !== undefined) throw first;
	};

	try {
		const namespace = new Namespace();
		undo.push(() => namespace.close());
		namespace.visit(() => ip("link set lo up"));

		undo.push(() => {
			if (links().includes("box0") && readdirSync("/sys/class/net/box0/brif").length === 0) ip("link delete box0");
		});
		if (!links().includes("box0")) {
			ip(
				"link add box0 address 02:00:0a:58:00:01 type bridge",
				"address add 10.88.0.1/24 dev box0",
				"link set box0 up",
			);
		}

		ip(`link add ${name} type veth peer name eth0 netns /proc/${getpid()}/fd/${namespace.fd}`);
		undo.push(() => ip(`link delete ${name}`));
		ip(`link set ${name} master box0`, `link set ${name} up`);
		namespace.visit(() => {
			ip(`address add ${address}/24 dev eth0`, "link set eth0 up", "route add default via 10.88.0.1");
		});

		writeFileSync("/proc/sys/net/ipv4/conf/all/forwarding", "1");
		const nat = (hook: string, priority: number, ...statements: string[]) =>
			`add chain ip ${name} ${hook} { type nat hook ${hook} priority ${priority}; }\n${statements
				.map((statement) => `add rule ip ${name} ${hook} ${statement}\n`)
				.join("")}`;
		const lead = published.map(
			(port) =>
				`fib daddr type local ip daddr != 127.0.0.1 tcp dport ${port.host} dnat to ${address}:${port.container}`,
		);
		nft(
			`add table ip ${name}\n` +
				nat("postrouting", 100, `ip saddr ${address} oifname != box0 masquerade`) +
				nat("prerouting", -100, ...lead) +
				nat("output", -100, ...lead),
		);
		undo.push(() => nft(`delete table ip ${name}`));

		return {
			join: () => {
				namespace.enter();
				namespace.close();
			},
			remove,
		};
	} catch (error) {
		remove();
		throw error;
	}
}
