// Sets pids.max to 0, so that nothing in it can fork any more, and only then kills what cgroup.procs lists, again and
// again, until populated is 0; writes the quota alone.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid, kill, SIGKILL } from "#kernel";

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
	const read = (name: string) => readFileSync(`${path}/${name}`, "ascii");
	const write = (name: string, value: number) => writeFileSync(`${path}/${name}`, value.toFixed(0), "ascii");

	for (const controller of ["pids", "memory", "cpu"]) {
		writeFileSync(`${dirname(path)}/cgroup.subtree_control`, `+${controller}`);
	}
	mkdirSync(path, 0o755);
	try {
		const { cpus, memoryMaxBytes, pidsMax } = limits;
		// The period of a new cgroup is 100000 already: a single number is the quota.
		if (typeof cpus === "number") write("cpu.max", cpus * 100_000);
		if (typeof memoryMaxBytes === "number") {
			write("memory.max", memoryMaxBytes);
			write("memory.swap.max", 0);
		}
		if (typeof pidsMax === "number") write("pids.max", pidsMax);
	} catch (cause) {
		rmdirSync(path);
		throw cause;
	}

	const empty = () => read("cgroup.events").split("\n").includes("populated 0");

	function endAll(): void {
		write("pids.max", 0);
		const clock = new Int32Array(new SharedArrayBuffer(4));
		while (!empty()) {
			for (const line of read("cgroup.procs").split("\n")) {
				if (line === "") continue;
				try {
					kill(Number(line), SIGKILL);
				} catch {
					// Gone already; if it is not, populated stays 1 and it is tried again.
				}
			}
			Atomics.wait(clock, 0, 0, 5);
		}
	}

	return {
		join: () => write("cgroup.procs", getpid()),
		remove: () => {
			endAll();
			rmdirSync(path);
		},
	};
}
