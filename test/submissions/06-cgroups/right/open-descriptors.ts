// Keeps cgroup.procs and cgroup.events open, joins through the first with 0 and makes sure of it, reads the second
// again at offset 0, closes both.
import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmdirSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

/** What a container may use at most. What is not given is not limited. */
export interface Limits {
	memoryMaxBytes?: number;
	/** Processes and threads, counted together. */
	pidsMax?: number;
	/** Processors: 0.5 is half of one. */
	cpus?: number;
}

/** A cgroup that somebody can join. */
export interface Cgroup {
	/** Moves the calling process into it; what it forks from then on is in it, too. */
	join(): void;
	/** Ends what still runs in it, and removes it. */
	remove(): void;
}

function put(file: string, text: string): void {
	const fd = openSync(file, "w");
	try {
		writeSync(fd, text);
	} finally {
		closeSync(fd);
	}
}

/** Reads all of a small file that is open, from its beginning. */
function reread(fd: number): string {
	const buffer = Buffer.alloc(256);
	return buffer.toString("utf8", 0, readSync(fd, buffer, 0, buffer.length, 0));
}

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	put(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	const open: number[] = [];
	const closeAll = () => {
		for (const fd of open.splice(0)) closeSync(fd);
	};
	const hold = (name: string, flags: string) => {
		const fd = openSync(`${path}/${name}`, flags);
		open.push(fd);
		return fd;
	};
	try {
		if (limits.memoryMaxBytes !== undefined) {
			put(`${path}/memory.swap.max`, "0");
			put(`${path}/memory.max`, `${limits.memoryMaxBytes}`);
		}
		if (limits.pidsMax !== undefined) put(`${path}/pids.max`, `${limits.pidsMax}`);
		if (limits.cpus !== undefined) put(`${path}/cpu.max`, `${Math.round(limits.cpus * 1e5)} 100000`);
		const procs = hold("cgroup.procs", "r+");
		const events = hold("cgroup.events", "r");
		return {
			join: () => {
				writeSync(procs, "0");
				const members = readFileSync(`${path}/cgroup.procs`, "utf8").split("\n");
				if (!members.includes(String(getpid()))) throw new Error(`${getpid()} is not in ${path}`);
				closeAll();
			},
			remove: () => {
				put(`${path}/cgroup.kill`, "1");
				const never = new Int32Array(new SharedArrayBuffer(4));
				while (!reread(events).includes("populated 0")) Atomics.wait(never, 0, 0, 20);
				closeAll();
				rmdirSync(path);
			},
		};
	} catch (error) {
		closeAll();
		rmdirSync(path);
		throw error;
	}
}
