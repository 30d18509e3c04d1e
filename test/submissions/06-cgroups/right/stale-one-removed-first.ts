// A cgroup of that name may be left from a crash; and remove may be called twice.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	const remove = () => {
		if (!existsSync(path)) return;
		write("cgroup.kill", 1);
		while (/populated 1/.test(readFileSync(`${path}/cgroup.events`, "utf8"))) {}
		rmdirSync(path);
	};
	remove();
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	try {
		if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
		if (pidsMax !== undefined) write("pids.max", pidsMax);
		if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		remove();
		throw error;
	}
	return {
		join() {
			write("cgroup.procs", getpid());
		},
		remove,
	};
}
