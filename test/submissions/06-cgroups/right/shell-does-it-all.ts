// All of it by sh.
import { execFileSync } from "node:child_process";
import { getpid } from "#kernel";

interface Limits {
	memoryMaxBytes?: number;
	pidsMax?: number;
	cpus?: number;
}

const sh = (script: string, ...args: (string | number)[]) =>
	execFileSync("sh", ["-ec", script, "sh", ...args.map(String)], { stdio: ["ignore", "ignore", "pipe"] });

export function createCgroup(path: string, { memoryMaxBytes = 0, pidsMax = 0, cpus = 0 }: Limits) {
	sh(
		`cd "$1"; echo "+memory +pids +cpu" >../cgroup.subtree_control
		trap 'rmdir "$1"' EXIT
		[ "$2" = 0 ] || { echo "$2" >memory.max; echo 0 >memory.swap.max; }
		[ "$3" = 0 ] || echo "$3" >pids.max
		[ "$4" = 0 ] || echo "$4 100000" >cpu.max
		trap - EXIT`,
		made(path),
		memoryMaxBytes,
		pidsMax,
		Math.round(cpus * 100_000),
	);
	return {
		join: () => sh('echo "$2" >"$1/cgroup.procs"', path, getpid()),
		remove: () =>
			sh('cd "$1"; echo 1 >cgroup.kill; until grep -q "populated 0" cgroup.events; do :; done; rmdir "$1"', path),
	};
}

function made(path: string): string {
	sh('mkdir "$1"', path);
	return path;
}
