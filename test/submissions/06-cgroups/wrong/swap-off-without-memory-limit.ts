// Writes 0 to memory.swap.max always. Breaks 3: "where there is none for memory, there is none for swap" (and 2: "What
// is not given stays unlimited").
// diagnosis: limited-unasked
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
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

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	try {
		// A container never swaps.
		writeFileSync(`${path}/memory.swap.max`, "0");
		if (limits.memoryMaxBytes !== undefined) writeFileSync(`${path}/memory.max`, String(limits.memoryMaxBytes));
		if (limits.pidsMax !== undefined) writeFileSync(`${path}/pids.max`, String(limits.pidsMax));
		if (limits.cpus !== undefined) writeFileSync(`${path}/cpu.max`, `${Math.round(limits.cpus * 100000)} 100000`);
	} catch (error) {
		rmdirSync(path);
		throw error;
	}
	return {
		join: () => writeFileSync(`${path}/cgroup.procs`, String(getpid())),
		remove: () => {
			writeFileSync(`${path}/cgroup.kill`, "1");
			const cell = new Int32Array(new SharedArrayBuffer(4));
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) Atomics.wait(cell, 0, 0, 10);
			rmdirSync(path);
		},
	};
}
