// A class, an open directory file, and a removal that does nothing the second time.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { SIGKILL } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

class Cgroup {
	readonly #procs: number;

	constructor(readonly path: string) {
		mkdirSync(path);
		this.#procs = openSync(join(path, "cgroup.procs"), "w");
	}

	set(file: string, value: unknown): void {
		writeFileSync(join(this.path, file), `${value}\n`);
	}

	join(): void {
		writeSync(this.#procs, "0");
	}

	get empty(): boolean {
		return readFileSync(join(this.path, "cgroup.procs"), "utf8") === "";
	}

	remove(): void {
		if (!existsSync(this.path)) return;
		closeSync(this.#procs);
		this.set("cgroup.kill", SIGKILL > 0 ? 1 : 0);
		while (!this.empty) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
		rmdirSync(this.path);
	}
}

export const createCgroup = (path: string, limits: Limits): Cgroup => {
	writeFileSync(join(dirname(path), "cgroup.subtree_control"), "+cpu +memory +pids");
	const cgroup = new Cgroup(path);
	try {
		if (limits.cpus) cgroup.set("cpu.max", `${Math.round(limits.cpus * 10_000)} 10000`);
		if (limits.pidsMax) cgroup.set("pids.max", limits.pidsMax);
		if (limits.memoryMaxBytes) {
			cgroup.set("memory.swap.max", 0);
			cgroup.set("memory.max", limits.memoryMaxBytes);
		}
	} catch (error) {
		cgroup.remove();
		throw error;
	}
	return cgroup;
};
