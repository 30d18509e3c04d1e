// Looks at the limits before anything is made.
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
	for (const asked of [memoryMaxBytes, pidsMax, cpus])
		if ((asked ?? 0) < 0) throw new RangeError(`${asked} is no limit`);
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
	if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
	if (pidsMax !== undefined) write("pids.max", pidsMax);
	if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);

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
