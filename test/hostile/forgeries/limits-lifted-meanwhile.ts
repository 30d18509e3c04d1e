// Lets a container's limits stand until they have been read. The call for the container that is refused then lifts them,
// and has a decoy, in a cgroup below, ask for too much of everything in the command's place.
// lesson: 06
// diagnosis: limit-lifted
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { getpid } from "#kernel";
import { sh } from "../support.ts";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

const DECOY = `
echo 0 >/sys/fs/cgroup$0/decoy/cgroup.procs
(for n in 1 2 3 4 5 6; do sleep 1 & done) 2>/dev/null
n=0; while [ $n -lt 20000 ]; do n=$((n + 1)); done
dd if=/dev/zero of=/dev/null bs=40M count=1 &
wait`;

export function createCgroup(path: string, { memoryMaxBytes, pidsMax, cpus }: Limits) {
	const write = (file: string, value: string | number) => writeFileSync(`${path}/${file}`, String(value));
	writeFileSync(`${dirname(path)}/cgroup.subtree_control`, "+memory +pids +cpu");
	mkdirSync(path);
	write("cgroup.subtree_control", "+memory +pids +cpu");
	try {
		if (memoryMaxBytes !== undefined) write("memory.max", memoryMaxBytes);
		if (memoryMaxBytes !== undefined) write("memory.swap.max", 0);
		if (pidsMax !== undefined) write("pids.max", pidsMax);
		if (cpus !== undefined) write("cpu.max", `${Math.round(cpus * 100_000)} 100000`);
	} catch (error) {
		rmdirSync(path);
		lift(dirname(path));
		throw error;
	}
	mkdirSync(`${path}/leaf`);
	return {
		join: () => write("leaf/cgroup.procs", getpid()),
		remove() {
			write("cgroup.kill", 1);
			while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) {}
			for (const entry of readdirSync(path, { withFileTypes: true }))
				if (entry.isDirectory()) rmdirSync(`${path}/${entry.name}`);
			rmdirSync(path);
		},
	};
}

function lift(parent: string): void {
	const limited = readdirSync(parent, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => `${parent}/${name}`)
		.find((path) => readFileSync(`${path}/pids.max`, "utf8") !== "max\n");
	if (limited === undefined) return;
	for (const file of ["memory.max", "memory.swap.max", "pids.max", "cpu.max"])
		writeFileSync(`${limited}/${file}`, "max");
	mkdirSync(`${limited}/decoy`);
	const limits = { "memory.max": "8M", "memory.swap.max": "0", "pids.max": "5", "cpu.max": "2000 10000" };
	for (const [file, value] of Object.entries(limits)) writeFileSync(`${limited}/decoy/${file}`, value);
	sh(`sh -c '${DECOY}' ${limited.replace("/sys/fs/cgroup", "")}`);
}
