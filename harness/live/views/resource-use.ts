import type { KernelState } from "../events.ts";

/** The name of the whole machine, among the paths of cgroups. */
export const MACHINE = "the whole machine";

export const RESOURCES = ["memory", "processes", "cpu"] as const;
export type Resource = (typeof RESOURCES)[number];

/** How much of a resource a cgroup, or the whole machine, uses. */
export interface ResourceUse {
	/** Bytes, processes, or microseconds of processor time since the cgroup was made. */
	used: number;
	/** Only for the memory of a cgroup: the most bytes that it ever used; 0 if this was not read. */
	peak?: number;
	/** In bytes, processes, or processors; null for no limit. */
	limit: number | null;
	/** How often the limit was reached: processes killed, forks refused, or periods in which processes had to wait. */
	timesReached: number;
}

/** What a cgroup uses, for each controller that it has. */
export type CgroupUse = Partial<Record<Resource, ResourceUse>>;

/** What each cgroup and the whole machine use, by name. */
export function usesByCgroup({ host, shells }: KernelState): Map<string, CgroupUse> {
	const groups = new Map<string, CgroupUse>();
	const { limits, memory } = host;
	const cgroups = memory === null ? Object.fromEntries(Object.values(shells).flatMap(cgroupOf)) : limits;
	for (const [path, files] of Object.entries(cgroups)) groups.set(path, usesIn(files));
	if (memory !== null)
		groups.set(MACHINE, { memory: { used: memory.usedBytes, limit: memory.totalBytes, timesReached: host.oomKills } });
	return groups;
}

/** Such as "32 MiB". */
export function bytesText(bytes: number): string {
	const mib = bytes / 2 ** 20;
	if (mib < 1) return `${Math.round(bytes / 2 ** 10)} KiB`;
	return `${mib < 10 ? Math.round(mib * 10) / 10 : Math.round(mib)} MiB`;
}

/** Such as "0.5 CPUs". */
export const cpusText = (cpus: number) => `${Math.round(cpus * 100) / 100} ${cpus === 1 ? "CPU" : "CPUs"}`;

// The cgroup that a shell is in, if it is not the root. Older recordings have no others.
function cgroupOf(shell: KernelState["shells"][string]): [string, Record<string, string>][] {
	const path = shell?.cgroup.replace(/^.*?::/, "") ?? "/";
	return shell === null || path === "/" ? [] : [[path, shell.cgroupFiles]];
}

// Leaves out a controller whose files are missing or could not be read.
function usesIn(files: Record<string, string>): CgroupUse {
	const has = (file: string) => (files[file] ?? "") !== "";
	const cpu = /^(max|\d+) (\d+)$/.exec(files["cpu.max"] ?? "");
	return {
		...(has("memory.current") && {
			memory: {
				used: Number(files["memory.current"]),
				peak: Number(files["memory.peak"] ?? 0),
				limit: limitOf(files["memory.max"]),
				timesReached: countOf(files["memory.events"], "oom_kill"),
			},
		}),
		...(has("pids.current") && {
			processes: {
				used: Number(files["pids.current"]),
				limit: limitOf(files["pids.max"]),
				timesReached: countOf(files["pids.events"], "max"),
			},
		}),
		...(cpu !== null && {
			cpu: {
				used: countOf(files["cpu.stat"], "usage_usec"),
				limit: cpu[1] === "max" ? null : Number(cpu[1]) / Number(cpu[2]),
				timesReached: countOf(files["cpu.stat"], "nr_throttled"),
			},
		}),
	};
}

const limitOf = (text = "max") => (/^\d+$/.test(text) ? Number(text) : null);

const countOf = (text = "", key: string) => Number(new RegExp(`^${key} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
