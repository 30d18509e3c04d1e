// diagnosis: engine-joined
// misconception: 12
// The same, and only rmdir at the end.
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

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
	write("cgroup.procs", process.pid);
	return {
		join() {},
		remove() {
			rmdirSync(path);
		},
	};
}
