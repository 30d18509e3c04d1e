// diagnosis: no-cgroup
// Believed that path is only a name, and made a directory of that name at the top.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${elsewhere}/${file}`, String(value));
	const elsewhere = `/sys/fs/cgroup/${basename(path)}`;
	writeFileSync("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids +cpu");
	mkdirSync(elsewhere);
	try {
		if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
		if (pidsMax !== undefined) write("pids.max", pidsMax);
		if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		rmdirSync(elsewhere);
		throw error;
	}

	return {
		join() {
			write("cgroup.procs", getpid());
		},
		remove() {
			write("cgroup.kill", 1);
			while (readFileSync(`${elsewhere}/cgroup.events`, "utf8").includes("populated 1")) {}
			rmdirSync(elsewhere);
		},
	};
}
