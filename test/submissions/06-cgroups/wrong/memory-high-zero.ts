// diagnosis: memory-high
// misconception: 12
// Believed that memory.high is what may go to swap, beyond memory.max.
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

const PERIOD_US = 100_000;
const PAUSE_MS = 5;

/**
 * Makes a cgroup with limits. Nothing is in it until somebody joins.
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 * @throws EINVAL the kernel refuses a limit; EBUSY there are processes in the parent; nothing is left behind then
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
			// Killed is not yet gone, and rmdir refuses a cgroup that is still populated.
			while (/^populated 1$/m.test(readFileSync(`${path}/cgroup.events`, "utf8"))) pause();
			// Not its files: they are the kernel's, and go with it.
			rmdirSync(path);
		},
	};
}

function setLimits(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits): void {
	const write = (file: string, value: string) => writeFileSync(`${path}/${file}`, value);
	if (memoryMaxBytes !== undefined) {
		write("memory.max", String(memoryMaxBytes));
		// memory.max alone moves what is too much into swap, and nothing is limited but speed.
		write("memory.high", "0");
	}
	if (pidsMax !== undefined) write("pids.max", String(pidsMax));
	// So many microseconds of processor time, in every period of so many.
	if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`);
}

// The engine waits for its container, and for nothing else: there is nobody to give the time to.
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
