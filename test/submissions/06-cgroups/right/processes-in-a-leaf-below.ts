// The limits are on the directory, the processes join a leaf below it; remove kills the whole subtree and removes
// both, the lower one first.
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

const CONTROLLERS = ["memory", "pids", "cpu"];

const write = (dir: string, file: string, text: string) => writeFileSync(`${dir}/${file}`, text);

const isPopulated = (dir: string) => /^populated 1$/m.test(readFileSync(`${dir}/cgroup.events`, "utf8"));

/** Microseconds in a period of a tenth of a second. */
const cpuMax = (cpus: number) => `${Math.round(cpus * 100_000)} 100000`;

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	const { memoryMaxBytes, pidsMax, cpus } = limits;
	const leaf = `${path}/leaf`;
	write(dirname(path), "cgroup.subtree_control", CONTROLLERS.map((name) => `+${name}`).join(" "));

	const made: string[] = [];
	const make = (dir: string) => {
		mkdirSync(dir);
		made.push(dir);
	};
	const unmake = () => {
		for (let dir = made.pop(); dir !== undefined; dir = made.pop()) rmdirSync(dir);
	};

	try {
		make(path);
		make(leaf);
		if (memoryMaxBytes !== undefined) {
			write(path, "memory.max", `${memoryMaxBytes}`);
			write(path, "memory.swap.max", "0");
		}
		if (pidsMax !== undefined) write(path, "pids.max", `${pidsMax}`);
		if (cpus !== undefined) write(path, "cpu.max", cpuMax(cpus));
	} catch (error) {
		unmake();
		throw error;
	}

	return {
		join() {
			write(leaf, "cgroup.procs", `${getpid()}`);
		},
		remove() {
			// It kills what is below as well.
			write(path, "cgroup.kill", "1");
			const cell = new Int32Array(new SharedArrayBuffer(4));
			while (isPopulated(path)) Atomics.wait(cell, 0, 0, 10);
			unmake();
		},
	};
}
