// Stops everybody first, so that nobody forks while the list is read; SIGKILL reaches who is frozen.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid, kill, SIGKILL } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	try {
		if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
		if (pidsMax !== undefined) write("pids.max", pidsMax);
		if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		rmdirSync(path);
		throw error;
	}
	return {
		join() {
			write("cgroup.procs", getpid());
		},
		remove() {
			write("cgroup.freeze", 1);
			while (!readFileSync(`${path}/cgroup.events`, "utf8").includes("frozen 1")) {}
			for (const pid of readFileSync(`${path}/cgroup.procs`, "utf8").split("\n").filter(Boolean))
				kill(Number(pid), SIGKILL);
			write("cgroup.freeze", 0);
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) {}
			rmdirSync(path);
		},
	};
}
