import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

/** What a container may use at most. What is not given is not limited. */
export interface Limits {
	memoryMaxBytes?: number;
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

/**
 * Makes a cgroup.
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent exists
 */
export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits): Cgroup {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));

	// A cgroup has the files of the controllers that its parent hands down.
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	if (memoryMaxBytes !== undefined) {
		write("memory.max", memoryMaxBytes);
		// Otherwise what does not fit goes to swap, and nothing is limited.
		write("memory.swap.max", 0);
	}
	if (pidsMax !== undefined) write("pids.max", pidsMax);
	if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`);

	return {
		join: () => write("cgroup.procs", getpid()),
		remove: () => {
			write("cgroup.kill", 1);
			while (/^populated 1$/m.test(readFileSync(`${path}/cgroup.events`, "utf8"))) pause();
			rmdirSync(path);
		},
	};
}

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
