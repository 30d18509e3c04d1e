// diagnosis: limit-lifted
// When the kernel refuses a limit, it starts again from nothing, and so takes every other container's limits away as well.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	const parent = dirname(path);
	writeFileSync(`${parent}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	try {
		if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
		if (pidsMax !== undefined) write("pids.max", pidsMax);
		if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		rmdirSync(path);
		for (const entry of readdirSync(parent, { withFileTypes: true }))
			for (const file of ["memory.max", "memory.swap.max", "pids.max", "cpu.max"])
				if (entry.isDirectory()) writeFileSync(`${parent}/${entry.name}/${file}`, "max");
		throw error;
	}
	return {
		join() {
			write("cgroup.procs", getpid());
		},
		remove() {
			write("cgroup.kill", 1);
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) {}
			rmdirSync(path);
		},
	};
}
