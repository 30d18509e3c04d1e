// diagnosis: version-1-hierarchy
// misconception: 10
// Believed that every controller has a tree of its own.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => {
		const controller = file.split(".")[0];
		writeFileSync(
			controller === "cgroup" ? `${path}/${file}` : `/sys/fs/cgroup/${controller}/box/${file}`,
			String(value),
		);
	};

	mkdirSync(path);
	for (const controller of ["memory", "pids", "cpu"])
		mkdirSync(`/sys/fs/cgroup/${controller}/box`, { recursive: true });
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
			write("cgroup.kill", 1);
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) {}
			rmdirSync(path);
		},
	};
}
