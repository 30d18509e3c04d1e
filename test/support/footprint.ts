import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cacheDir } from "../../harness/base/cache.ts";

/**
 * The processes, files and shared memory that drydock has on this computer. A submission must leave them unchanged. In
 * the directories for temporary files and for shared memory, the files of all programs count. Free memory and disk
 * space do not count, because they change for other reasons, too.
 */
export interface Footprint {
	/** Names of the processes that this process has started, directly or indirectly, except compilers. */
	processes: string[];
	/** This process's open files, including deleted ones, and those that Node opened for itself. */
	openFiles: string[];
	/**
	 * Everything in the directory for temporary files: paths, and the bytes that each file occupies on disk. Holes occupy
	 * none.
	 */
	temporary: string[];
	/**
	 * The same for the cache, except what is kept there on purpose: all of `observations` and `programs`, and the
	 * complete entries of `references`.
	 */
	cache: string[];
	/**
	 * Memory that outlives its creator: everything in /dev/shm, and all System V segments, with their numbers and sizes.
	 */
	sharedMemory: string[];
}

// Child processes inherit this variable, and keep it after their parent has ended.
const MARK = `DRYDOCK_FOOTPRINT=${randomUUID()}`;
process.env["DRYDOCK_FOOTPRINT"] = MARK.split("=")[1];

/** A larger file is written out before the bytes that it occupies are counted. */
const LARGE_BYTES = 1 << 20;
const KEPT_ON_PURPOSE = /^(observations|programs|references\/[0-9a-f]{16}(\/|$))/;

/**
 * Measures the footprint.
 * @param before if given, measures again for up to two seconds until the footprint equals this one: a killed process
 * disappears only after a moment
 */
export async function measureFootprint(before?: Footprint): Promise<Footprint> {
	for (let patience = 40; ; patience--) {
		const now = await measure();
		if (before === undefined || patience === 0 || JSON.stringify(now) === JSON.stringify(before)) return now;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** Bytes of memory that this process holds after a full garbage collection. */
export async function heldBytes(): Promise<number> {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	// Memory outside the heap is freed only some time after the first collection.
	for (let time = 0; time < 2; time++) {
		collect();
		await new Promise((resolve) => setImmediate(resolve));
	}
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

async function measure(): Promise<Footprint> {
	return {
		processes: [...new Set([...descendants(process.pid), ...processesWithMark()])].flatMap(processName).sort(),
		openFiles: openFiles().sort(),
		temporary: await filesWithSizes(tmpdir()),
		cache: (await filesWithSizes(cacheDir)).filter((name) => !KEPT_ON_PURPOSE.test(name)),
		sharedMemory: [...(await filesWithSizes("/dev/shm")), ...sharedMemorySegments()],
	};
}

function descendants(pid: number): number[] {
	const tasks = orEmpty(() => readdirSync(`/proc/${pid}/task`));
	const children = tasks.flatMap((task) =>
		orEmpty(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number)),
	);
	return children.flatMap((child) => [child, ...descendants(child)]);
}

function processesWithMark(): number[] {
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	const environment = (pid: string) => orEmpty(() => readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
	return pids.filter((pid) => environment(pid).includes(MARK)).map(Number);
}

function processName(pid: number): string[] {
	const names = orEmpty(() => [readFileSync(`/proc/${pid}/comm`, "utf8").trim()]);
	// Not counted: compilers, which are kept for the next run, and the shells that wait for the compilers to end.
	const isCompiler = orEmpty(() => [readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("confined-compiler.sh")])[0];
	return names.filter((name) => name !== "esbuild" && isCompiler !== true);
}

// What each descriptor refers to. Sockets and pipes have no numbers here, because the numbers always differ.
function openFiles(): string[] {
	const fds = readdirSync("/proc/self/fd");
	return fds.flatMap((fd) => orEmpty(() => [readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, "")]));
}

async function filesWithSizes(dir: string): Promise<string[]> {
	const names = await readdir(dir, { recursive: true }).catch(() => []);
	const measured = names.sort().map(async (name) => {
		const stats = await lstat(join(dir, name)).catch(() => null);
		// A directory does not shrink when its entries are removed.
		if (stats?.isFile() !== true) return name;
		if (stats.size > LARGE_BYTES) await flush(join(dir, name));
		return `${name}: ${(await lstat(join(dir, name))).blocks * 512}`;
	});
	return Promise.all(measured);
}

// A file system may allocate the last blocks of new data only when it writes the data out.
async function flush(path: string): Promise<void> {
	const file = await open(path);
	await file.sync().finally(() => file.close());
}

// A segment is identified by its number, because several may have the key 0; see proc_sysvipc(5).
function sharedMemorySegments(): string[] {
	const lines = orEmpty(() => readFileSync("/proc/sysvipc/shm", "utf8").trim().split("\n").slice(1));
	return lines.map((line) => {
		const [, id, , bytes] = line.trim().split(/\s+/);
		return `segment ${id}: ${bytes}`;
	});
}

// The process may have ended, or may not be readable.
function orEmpty<T>(read: () => T[]): T[] {
	try {
		return read();
	} catch {
		return [];
	}
}
