// Freezes the cgroup so that nobody in it can fork, kills each process by its pid, thaws it, and does so again until
// nobody is left.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join as joinPath } from "node:path";
import { getpid, kill, SIGKILL, SyscallError } from "#kernel";

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

const PERIOD = 100_000;

function pause(milliseconds: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** The value of one line of a file such as cgroup.events. */
function field(file: string, key: string): string | undefined {
	for (const line of readFileSync(file, "utf8").split("\n")) {
		const [name, value] = line.split(" ");
		if (name === key) return value;
	}
	return undefined;
}

function pidsIn(path: string): number[] {
	return readFileSync(joinPath(path, "cgroup.procs"), "utf8")
		.split("\n")
		.map((line) => Number.parseInt(line, 10))
		.filter((pid) => pid > 0);
}

function killAll(path: string): void {
	for (const pid of pidsIn(path)) {
		try {
			kill(pid, SIGKILL);
		} catch (error) {
			// It has ended by itself in between.
			if (!(error instanceof SyscallError) || error.code !== "ESRCH") throw error;
		}
	}
}

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(path: string, limits: Limits): Cgroup {
	writeFileSync(joinPath(dirname(path), "cgroup.subtree_control"), "+cpu +memory +pids");
	mkdirSync(path);

	const set = (file: string, value: string | number) => writeFileSync(joinPath(path, file), `${value}\n`);
	const events = joinPath(path, "cgroup.events");

	try {
		if (limits.cpus !== undefined) set("cpu.max", `${Math.round(limits.cpus * PERIOD)} ${PERIOD}`);
		if (limits.pidsMax !== undefined) set("pids.max", limits.pidsMax);
		if (limits.memoryMaxBytes !== undefined) {
			set("memory.swap.max", 0);
			set("memory.max", limits.memoryMaxBytes);
		}
	} catch (refused) {
		rmdirSync(path);
		throw refused;
	}

	return {
		join: () => set("cgroup.procs", getpid()),
		remove: () => {
			if (!existsSync(path)) return;
			while (field(events, "populated") !== "0") {
				set("cgroup.freeze", 1);
				// A process that is being forked at this moment is frozen a little later.
				for (let tries = 0; tries < 50 && field(events, "frozen") !== "1"; tries++) pause(2);
				killAll(path);
				set("cgroup.freeze", 0);
				pause(5);
			}
			rmdirSync(path);
		},
	};
}
