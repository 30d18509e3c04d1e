import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Net } from "../network.ts";
import { answerer, parseNetwork, QUESTIONS, readForwarding } from "./ip.ts";
import { inNamespaceAt } from "./namespaces.ts";
import { HARBOUR_ROOT, OWN_PROC } from "./paths.ts";
import { readDescriptors, readWorldStats } from "./proc.ts";

const MOST_NAMESPACES = 8;
/** What has not answered by then is ended. */
const PROGRAM_MS = 10_000;

/** A network namespace, and who is in it. */
interface Place {
	namespace: string;
	name: string;
	/** What stands for it: a file. */
	path: string;
	pids: number[];
}

/**
 * Keeps in mind what the network namespaces of the harbour look like. It takes programs to read that, and in emulation a
 * program costs a tenth of a second: so nobody waits for it, and what was read last is what is shown.
 */
export class Networks {
	#last: Net[] = [];
	/** Something may have changed since the reading that is under way began. */
	#asked = false;
	#reading = false;

	/** @param changed called when it looks different from before */
	constructor(private readonly changed: () => void) {}

	/** What was read last. Something may have changed since: so it is read again. */
	refreshed(): Net[] {
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

async function readNetworks(last: readonly Net[]): Promise<Net[]> {
	const all = await Promise.all(
		places().map(async (place) => {
			// ip gives up when something changes while it reads; then there is news soon, and it is read again.
			const before = last.find(({ namespace }) => namespace === place.namespace) ?? null;
			return readNet(place).catch(() => before);
		}),
	);
	return all.filter((net) => net !== null);
}

/** The harbour's own namespace first, then those with a name or with a process in them. */
function places(): Place[] {
	const found = new Map<string, Place>();
	const add = (namespace: string, path: string) => {
		const place = found.get(namespace) ?? { namespace, name: "", path, pids: [] };
		found.set(namespace, place);
		return place;
	};
	for (const { pid } of readWorldStats()) {
		const path = `/proc/${pid}/ns/net`;
		const namespace = linkAt(path);
		if (namespace !== null) add(namespace, path).pids.push(pid);
	}
	for (const { name, path, inode } of namedNamespaces()) add(`net:[${inode}]`, path).name = name;
	return [...found.values()].slice(0, MOST_NAMESPACES);
}

// ip-netns(8) makes a file first, and then mounts the namespace on it: only then it is on another file system.
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
		return []; // Nobody has made any, or one is just being removed.
	}
}

async function readNet({ namespace, name, path, pids }: Place): Promise<Net> {
	const [answer, forwarding, sockets] = inNamespaceAt(path, "net", () => [
		run(answerer(pids.includes(1))),
		readForwarding(),
		["tcp", "tcp6"].map((table) => readFileSync(`${OWN_PROC}/thread-self/net/${table}`, "utf8")).join("\n"),
	]);
	const { network, indices } = parseNetwork(await answer);
	return { namespace, name, ...network, forwarding, indices, listeners: listenersIn(sockets, pids) };
}

// A program is started in the namespace that this thread is in; then the thread may leave.
function run([program = "", ...args]: string[]): Promise<string> {
	const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"], timeout: PROGRAM_MS });
	child.stdin.end(QUESTIONS);
	return new Promise((resolve, reject) => {
		let said = "";
		child.stdout.on("data", (data) => {
			said += data;
		});
		child.on("error", reject).on("close", () => resolve(said));
		child.stdin.on("error", () => {});
	});
}

const LISTEN = "0A";

// "0: 00000000:1F90 00000000:0000 0A … uid timeout inode": see proc_pid_net(5), tcp.
function listenersIn(table: string, pids: readonly number[]): Net["listeners"] {
	const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
	const listening = rows.filter((row) => row[3] === LISTEN);
	if (listening.length === 0) return [];
	const owners = ownersOf(pids);
	return listening.map(([, local = "", , , , , , , , inode]) => {
		const [address = "", port = "0"] = local.split(":");
		const program = owners.get(`socket:[${inode}]`) ?? "";
		return { address: /^0+$/.test(address) ? "any" : dotted(address), port: Number.parseInt(port, 16), program };
	});
}

// Four bytes as the processor holds them: the last one first. Of an IPv6 address, the four that an IPv4 one has there.
function dotted(hex: string): string {
	const bytes = hex.slice(-8).match(/../g) ?? [];
	return bytes
		.toReversed()
		.map((byte) => Number.parseInt(byte, 16))
		.join(".");
}

// Sockets by what /proc/PID/fd calls them.
function ownersOf(pids: readonly number[]): Map<string, string> {
	const owners = new Map<string, string>();
	for (const pid of pids) {
		try {
			const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
			for (const link of Object.values(readDescriptors(pid))) if (link.startsWith("socket:")) owners.set(link, name);
		} catch {
			// It has ended meanwhile.
		}
	}
	return owners;
}

function linkAt(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}
