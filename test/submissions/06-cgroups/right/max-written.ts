// What is not given is written as max.
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
	mkdirSync(path);
	try {
		write("memory.max", memoryMaxBytes ?? "max");
		write("memory.swap.max", memoryMaxBytes === undefined ? "max" : 0);
		write("pids.max", pidsMax ?? "max");
		write("cpu.max", cpus === undefined ? "max" : `${Math.round(cpus * 100_000)} 100000`);
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
