// Reads cgroup.procs once, sends those SIGTERM, a little later SIGKILL, and waits; what was forked meanwhile lives on,
// so that remove throws and the directory stays. Breaks 6: they may "fork while you look at them".
// diagnosis: forked-meanwhile
// misconception: 17
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid, kill, SIGKILL, SIGTERM, SyscallError } from "#kernel";

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

const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function send(pid: number, signal: number): void {
	try {
		kill(pid, signal);
	} catch (error) {
		if (!(error instanceof SyscallError && error.code === "ESRCH")) throw error;
	}
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
		if (limits.memoryMaxBytes !== undefined) {
			writeFileSync(`${path}/memory.max`, String(limits.memoryMaxBytes));
			writeFileSync(`${path}/memory.swap.max`, "0");
		}
		if (limits.pidsMax !== undefined) writeFileSync(`${path}/pids.max`, String(limits.pidsMax));
		if (limits.cpus !== undefined) writeFileSync(`${path}/cpu.max`, `${Math.round(limits.cpus * 100000)} 100000`);
	} catch (error) {
		rmdirSync(path);
		throw error;
	}
	return {
		join: () => writeFileSync(`${path}/cgroup.procs`, String(getpid())),
		remove: () => {
			const pids = readFileSync(`${path}/cgroup.procs`, "utf8").split("\n").filter(Boolean).map(Number);
			// A chance to end properly; then the hard way.
			for (const pid of pids) send(pid, SIGTERM);
			if (pids.length > 0) sleep(50);
			for (const pid of pids) send(pid, SIGKILL);
			for (let i = 0; i < 100; i++) {
				if (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 0")) break;
				sleep(20);
			}
			rmdirSync(path);
		},
	};
}
