// path hands its controllers down, and the leaf below has processes and limits.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	const leaf = `${path}/leaf`;
	mkdirSync(path);
	write("cgroup.subtree_control", "+memory +pids +cpu");
	mkdirSync(leaf);
	try {
		if (memoryMaxBytes !== undefined) write("leaf/memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("leaf/memory.swap.max", 0);
		if (pidsMax !== undefined) write("leaf/pids.max", pidsMax);
		if (cpus !== undefined) write("leaf/cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		rmdirSync(leaf);
		rmdirSync(path);
		throw error;
	}
	return {
		join() {
			write("leaf/cgroup.procs", getpid());
		},
		remove() {
			write("cgroup.kill", 1);
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) {}
			rmdirSync(leaf);
			rmdirSync(path);
		},
	};
}
