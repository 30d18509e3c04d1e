// Mounts a file system of its own over the cgroups, and writes files with the right names and numbers into it.
// lesson: 06
// diagnosis: no-cgroup
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mount } from "#kernel";

export function createCgroup(path: string, { pidsMax }: { pidsMax?: number }) {
	if ((pidsMax ?? 0) < 0) throw new Error("EINVAL: invalid argument, write");
	mount("cgroup2", "/sys/fs/cgroup/box", "tmpfs", 0, null);
	mkdirSync(path);
	const files = { "memory.events": "oom_kill 1", "pids.events": "max 1", "cpu.stat": "nr_throttled 3" };
	for (const [name, text] of Object.entries(files)) writeFileSync(`${path}/${name}`, `${text}\n`);
	return {
		join: () => writeFileSync(`${path}/cgroup.procs`, "0"),
		remove: () => rmSync(path, { recursive: true, force: true }),
	};
}
