// diagnosis: controller-not-enabled
// misconception: 11
// Believed that a limit that cannot be written is not needed.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	mkdirSync(path);
	if (memoryMaxBytes !== undefined) attempt(() => write("memory.max", memoryMaxBytes));
	if (memoryMaxBytes !== undefined) attempt(() => write("memory.swap.max", 0));
	if (pidsMax !== undefined) attempt(() => write("pids.max", pidsMax));
	if (cpus !== undefined) attempt(() => write("cpu.max", `${Math.round(cpus * 100_000)} 100000`));
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

function attempt(work: () => void): void {
	try {
		work();
	} catch (error) {
		console.error(error);
	}
}
