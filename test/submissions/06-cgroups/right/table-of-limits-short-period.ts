// A table of files and values, controllers handed down one at a time where they are missing, and the quota counted in
// a period of 50 ms.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
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

type Setting = readonly [file: string, value: string];

/** What is to be written, and where; nothing for what is not given. */
function* settings({ memoryMaxBytes, pidsMax, cpus }: Limits): Generator<Setting> {
	if (pidsMax !== undefined) yield ["pids.max", String(pidsMax)];
	if (cpus !== undefined) {
		const period = 50_000;
		yield ["cpu.max", [Math.round(cpus * period), period].join(" ")];
	}
	if (memoryMaxBytes !== undefined) {
		yield ["memory.max", String(memoryMaxBytes)];
		yield ["memory.swap.max", "0"];
	}
}

function handDown(parent: string, wanted: readonly string[]): void {
	const file = resolve(parent, "cgroup.subtree_control");
	const present = new Set(readFileSync(file, "utf8").trim().split(" "));
	for (const controller of wanted) {
		if (!present.has(controller)) writeFileSync(file, `+${controller}`);
	}
}

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	const parent = dirname(path);
	const at = (file: string) => resolve(parent, basename(path), file);

	handDown(parent, ["cpu", "memory", "pids"]);
	mkdirSync(path);
	let complete = false;
	try {
		for (const [file, value] of settings(limits)) writeFileSync(at(file), value);
		complete = true;
	} finally {
		if (!complete) rmdirSync(path);
	}

	const events = () =>
		Object.fromEntries(
			readFileSync(at("cgroup.events"), "utf8")
				.trim()
				.split("\n")
				.map((line) => line.split(" ") as [string, string]),
		);

	return {
		join: () => {
			writeFileSync(at("cgroup.procs"), String(getpid()));
		},
		remove: () => {
			const flag = new Int32Array(new SharedArrayBuffer(4));
			for (let delay = 1; events()["populated"] === "1"; delay = Math.min(delay * 2, 100)) {
				writeFileSync(at("cgroup.kill"), "1");
				Atomics.wait(flag, 0, 0, delay);
			}
			rmdirSync(path);
		},
	};
}
