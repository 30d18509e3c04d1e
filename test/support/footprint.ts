import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cacheDir } from "../../harness/base/cache.ts";

/**
 * What this computer has of drydock: whatever a submission does, it is the same before and after. All of it is what can
 * be put down to drydock: how much memory or disk the computer has left, others change all the time.
 */
export interface Footprint {
	/** Processes that this one has started, directly or not, by name. */
	processes: string[];
	/** What this process has open, apart from what Node opens for itself; also what has no name any more. */
	openFiles: string[];
	/** What is in the directory for temporary files, and the bytes that it really occupies: a hole has none. */
	temporary: string[];
	/** The same of the cache. */
	cache: string[];
	/** Memory that outlives whoever has made it: what is in /dev/shm, and segments by their numbers and bytes. */
	sharedMemory: string[];
}

// Every process inherits it, and keeps it when its parent has ended.
const MARK = `DRYDOCK_FOOTPRINT=${randomUUID()}`;
process.env["DRYDOCK_FOOTPRINT"] = MARK.split("=")[1];

const LARGE_BYTES = 1 << 20;

/** @param before what to wait for: the end of a process is seen a moment after it was asked for */
export async function footprint(before?: Footprint): Promise<Footprint> {
	for (let patience = 40; ; patience--) {
		const now = await measure();
		if (before === undefined || patience === 0 || JSON.stringify(now) === JSON.stringify(before)) return now;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** The memory that this process holds, in bytes: what is left when all that can be collected has been. */
export async function heldBytes(): Promise<number> {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	// What is beside the heap is given back some time after the first.
	for (let time = 0; time < 2; time++) {
		collect();
		await new Promise((resolve) => setImmediate(resolve));
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

async function measure(): Promise<Footprint> {
	return {
		processes: [...new Set([...descendants(process.pid), ...marked()])].flatMap(nameOf).sort(),
		openFiles: openFiles().sort(),
		temporary: await occupied(tmpdir()),
		cache: await occupied(cacheDir),
		sharedMemory: [...(await occupied("/dev/shm")), ...segments()],
	};
}

function descendants(pid: number): number[] {
	const tasks = orNothing(() => readdirSync(`/proc/${pid}/task`));
	const children = tasks.flatMap((task) =>
		orNothing(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number)),
	);
	return children.flatMap((child) => [child, ...descendants(child)]);
}

function marked(): number[] {
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	const environment = (pid: string) => orNothing(() => readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
	return pids.filter((pid) => environment(pid).includes(MARK)).map(Number);
}

function nameOf(pid: number): string[] {
	const names = orNothing(() => [readFileSync(`/proc/${pid}/comm`, "utf8").trim()]);
	// Bundles; one is kept for the next time, and what waits for its end.
	const bundles = orNothing(() => [readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("confined-tool.sh")])[0];
	return names.filter((name) => name !== "esbuild" && bundles !== true);
}

// Sockets and pipes by kind: their numbers are never the same.
function openFiles(): string[] {
	const fds = readdirSync("/proc/self/fd");
	return fds.flatMap((fd) => orNothing(() => [readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, "")]));
}

async function occupied(dir: string): Promise<string[]> {
	const names = await readdir(dir, { recursive: true }).catch(() => []);
	const measured = names.sort().map(async (name) => {
		const stats = await lstat(join(dir, name)).catch(() => null);
		// A directory keeps the room that it once needed.
		if (stats?.isFile() !== true) return name;
		if (stats.size > LARGE_BYTES) await flush(join(dir, name));
		return `${name}: ${(await lstat(join(dir, name))).blocks * 512}`;
	});
	return Promise.all(measured);
}

// What has only just been written gets its last blocks some time later.
async function flush(path: string): Promise<void> {
	const file = await open(path);
	await file.sync().finally(() => file.close());
}

// Their keys may all be 0; see proc_sysvipc(5).
function segments(): string[] {
	const lines = orNothing(() => readFileSync("/proc/sysvipc/shm", "utf8").trim().split("\n").slice(1));
	return lines.map((line) => {
		const [, id, , bytes] = line.trim().split(/\s+/);
		return `segment ${id}: ${bytes}`;
	});
}

// It has ended meanwhile, or is not to be read.
function orNothing<T>(read: () => T[]): T[] {
	try {
		return read();
	} catch {
		return [];
	}
}
