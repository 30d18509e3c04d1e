import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { NetworkNamespace } from "../network.ts";
import { readForwarding } from "./ip-command.ts";
import { inNamespaceAt } from "./namespaces.ts";
import { dumpNetwork, rulesetGeneration } from "./network-dump.ts";
import { AGENT_PROC, HARBOUR_ROOT } from "./paths.ts";
import { readDescriptors, readHarbourStats } from "./proc.ts";

const NAMESPACES_MAX = 8;
/** The time limit for nft. It only asks the kernel, so only a broken program takes this long. */
const PROGRAM_MS = 10_000;

/** A network namespace, and the processes in it. */
interface NamespaceToRead {
	namespace: string;
	name: string;
	/** A file that refers to the namespace. */
	path: string;
	pids: number[];
}

/** Reads the network namespaces of the harbour, NAMESPACES_MAX at most. */
export class AllNetworks {
	#ruleset: { generation: number; rules: string[] } | null = null;

	read(): NetworkNamespace[] {
		return namespacesToRead().flatMap((place) => {
			try {
				return [this.#readNamespace(place)];
			} catch {
				return []; // The namespace is gone by now.
			}
		});
	}

	#readNamespace({ namespace, name, path, pids }: NamespaceToRead): NetworkNamespace {
		return inNamespaceAt(path, "net", () => ({
			...{ namespace, name, further: [], peers: [] },
			...dumpNetwork(),
			rules: pids.includes(1) ? this.#readRules() : [],
			forwarding: readForwarding(),
			listeners: listenersIn(readSockets(), pids),
		}));
	}

	// Starts a program only if the ruleset has changed.
	#readRules(): string[] {
		const generation = rulesetGeneration();
		if (this.#ruleset?.generation !== generation) {
			const text = execFileSync("nft", ["list", "ruleset"], {
				encoding: "utf8",
				timeout: PROGRAM_MS,
				stdio: ["ignore", "pipe", "ignore"],
			});
			this.#ruleset = { generation, rules: text.split("\n").filter(Boolean) };
		}
		return this.#ruleset.rules;
	}
}

/** The harbour's own namespace first, then the others that have a process in them, then those that only have a name. */
function namespacesToRead(): NamespaceToRead[] {
	const found = new Map<string, NamespaceToRead>();
	const add = (namespace: string, path: string) => {
		const place = found.get(namespace) ?? { namespace, name: "", path, pids: [] };
		found.set(namespace, place);
		return place;
	};
	for (const { pid } of readHarbourStats()) {
		const path = `/proc/${pid}/ns/net`;
		const namespace = readLink(path);
		if (namespace !== null) add(namespace, path).pids.push(pid);
	}
	for (const { name, path, inode } of namedNamespaces()) add(`net:[${inode}]`, path).name = name;
	return [...found.values()].slice(0, NAMESPACES_MAX);
}

// ip-netns(8) first makes a file, and then mounts the namespace on it. Before the mount, the file is on the same file
// system as the directory. It does not refer to a namespace yet, so it is left out.
function namedNamespaces(): { name: string; path: string; inode: number }[] {
	const directory = `${HARBOUR_ROOT}/run/netns`;
	try {
		const { dev: outside } = statSync(directory);
		return readdirSync(directory).flatMap((name) => {
			const path = `${directory}/${name}`;
			const { dev, ino: inode } = statSync(path);
			return dev === outside ? [] : [{ name, path, inode }];
		});
	} catch {
		return []; // There are none, or one is just being removed.
	}
}

const readSockets = () =>
	["tcp", "tcp6"].map((table) => readFileSync(`${AGENT_PROC}/thread-self/net/${table}`, "utf8")).join("\n");

const LISTEN = "0A";

// "0: 00000000:1F90 00000000:0000 0A … uid timeout inode": see proc_pid_net(5), tcp.
function listenersIn(table: string, pids: readonly number[]): NetworkNamespace["listeners"] {
	const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
	const listening = rows.filter((row) => row[3] === LISTEN);
	if (listening.length === 0) return [];
	const owners = socketOwners(pids);
	return listening.map(([, local = "", , , , , , , , inode]) => {
		const [address = "", port = "0"] = local.split(":");
		const program = owners.get(`socket:[${inode}]`) ?? "";
		return { address: /^0+$/.test(address) ? "any" : dotted(address), port: Number.parseInt(port, 16), program };
	});
}

// An IPv4 address as text. /proc shows its four bytes in the processor's order, the last byte first. Only the last four
// bytes of an IPv6 address are used: in an IPv4-mapped address, they are the IPv4 address.
function dotted(hex: string): string {
	const bytes = hex.slice(-8).match(/../g) ?? [];
	return bytes
		.toReversed()
		.map((byte) => Number.parseInt(byte, 16))
		.join(".");
}

// The names of the programs that have sockets open, by the link in /proc/PID/fd.
function socketOwners(pids: readonly number[]): Map<string, string> {
	const owners = new Map<string, string>();
	for (const pid of pids) {
		try {
			const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
			for (const link of Object.values(readDescriptors(pid))) if (link.startsWith("socket:")) owners.set(link, name);
		} catch {
			// The process has ended meanwhile.
		}
	}
	return owners;
}

function readLink(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}
