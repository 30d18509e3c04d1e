import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

/** What a container may use at most. A limit that is not given is not set. */
export interface Limits {
	memoryMaxBytes?: number;
	/** Processes and threads, counted together. */
	pidsMax?: number;
	/** Processors: 0.5 is half of one. */
	cpus?: number;
}

/** A cgroup that a process can join. */
export interface Cgroup {
	/** Moves the calling process into the cgroup. Children that it forks afterwards are in it, too. */
	join(): void;
	/** Ends all processes in the cgroup, and removes it. */
	remove(): void;
}

const PERIOD_US = 100_000;
const PAUSE_MS = 5;

/**
 * Makes a cgroup with limits. It is empty until a process joins.
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent exists, and contains no processes
 * @throws EINVAL the kernel refuses a limit; EBUSY processes are in the parent. Then no cgroup is left behind
 * @see cgroups(7)
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	// A cgroup has the files of those controllers that its parent hands down.
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	try {
		setLimits(path, limits);
	} catch (error) {
		rmdirSync(path);
		throw error;
	}
	return {
		join: () => writeFileSync(`${path}/cgroup.procs`, String(getpid())),
		remove: () => {
			writeFileSync(`${path}/cgroup.kill`, "1");
			// A killed process is not gone at once, and rmdir refuses a populated cgroup.
			while (/^populated 1$/m.test(readFileSync(`${path}/cgroup.events`, "utf8"))) pause();
			// Not recursively: the files belong to the kernel, and disappear with the directory.
			rmdirSync(path);
		},
	};
}

function setLimits(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits): void {
	const write = (file: string, value: string) => writeFileSync(`${path}/${file}`, value);
	if (memoryMaxBytes !== undefined) {
		write("memory.max", String(memoryMaxBytes));
		// With memory.max alone, the kernel moves the rest to swap, and only speed is limited.
		write("memory.swap.max", "0");
	}
	if (pidsMax !== undefined) write("pids.max", String(pidsMax));
	// Two numbers in microseconds: the processor time, and the period in which the cgroup gets it.
	if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`);
}

// Blocks the whole engine, which has nothing else to do until the container is gone.
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
