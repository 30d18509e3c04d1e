import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { NetworkNamespace } from "../network.ts";
import { IP_COMMANDS, ipProgram, parseNetwork, readForwarding } from "./ip-command.ts";
import { inNamespaceAt } from "./namespaces.ts";
import { AGENT_PROC, HARBOUR_ROOT } from "./paths.ts";
import { readDescriptors, readHarbourStats } from "./proc.ts";

const NAMESPACES_MAX = 8;
/** A program that runs longer is ended. */
const PROGRAM_MS = 10_000;

/** A network namespace, and the processes in it. */
interface NamespaceToRead {
	namespace: string;
	name: string;
	/** A file that refers to the namespace. */
	path: string;
	pids: number[];
}

/**
 * Keeps the last reading of the harbour's network namespaces. A reading starts programs, and in emulation each of them
 * takes a tenth of a second. So a caller gets the last reading at once, and the next one is made in the background.
 */
export class BackgroundNetworks {
	#last: NetworkNamespace[] = [];
	/** Whether to read again: something may have changed since the current reading began. */
	#asked = false;
	#reading = false;

	/** @param changed called when a new reading differs from the last one */
	constructor(private readonly changed: () => void) {}

	/** Returns the last reading, and has a new one made. */
	refresh(): NetworkNamespace[] {
		this.#asked = true;
		if (!this.#reading) void this.#read();
		return this.#last;
	}

	async #read(): Promise<void> {
		this.#reading = true;
		while (this.#asked) {
			this.#asked = false;
			const nets = await readNetworks(this.#last).catch(() => this.#last);
			if (JSON.stringify(nets) === JSON.stringify(this.#last)) continue;
			this.#last = nets;
			this.changed();
		}
		this.#reading = false;
	}
}

async function readNetworks(last: readonly NetworkNamespace[]): Promise<NetworkNamespace[]> {
	const all = await Promise.all(
		namespacesToRead().map(async (place) => {
			// ip fails if something changes while it reads. Then the last reading is kept: the change soon causes another
			// one.
			const before = last.find(({ namespace }) => namespace === place.namespace) ?? null;
			return readNet(place).catch(() => before);
		}),
	);
	return all.filter((net) => net !== null);
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

// ip-netns(8) first makes a file, and then mounts the namespace on it. Only then is it on another file system than the
// directory.
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

async function readNet({ namespace, name, path, pids }: NamespaceToRead): Promise<NetworkNamespace> {
	const [answer, forwarding, sockets] = inNamespaceAt(path, "net", () => [
		run(ipProgram(pids.includes(1))),
		readForwarding(),
		["tcp", "tcp6"].map((table) => readFileSync(`${AGENT_PROC}/thread-self/net/${table}`, "utf8")).join("\n"),
	]);
	const { network, indices } = parseNetwork(await answer);
	return { namespace, name, ...network, forwarding, indices, listeners: listenersIn(sockets, pids) };
}

// Starts a program in the namespace that this thread is in. The thread may leave the namespace when this returns.
function run([program = "", ...args]: string[]): Promise<string> {
	const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"], timeout: PROGRAM_MS });
	child.stdin.end(IP_COMMANDS);
	return new Promise((resolve, reject) => {
		let output = "";
		child.stdout.on("data", (data) => {
			output += data;
		});
		child.on("error", reject).on("close", () => resolve(output));
		child.stdin.on("error", () => {});
	});
}

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

// An IPv4 address as text. /proc shows its four bytes in the processor's order, the last byte first. Of an IPv6 address,
// only the last four bytes are used: in an IPv4-mapped address, they are the IPv4 address.
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
