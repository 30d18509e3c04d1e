import { list, record, text } from "./bounded-schemas.ts";
import { containerRow, type Inspection, type Row, type Subject } from "./subject.ts";

const host = {
	/** The paths of all cgroups. */
	cgroups: list(text),
	/**
	 * Contents of files of the cgroups that the run asks for, by the cgroup's path and the file's name:
	 * `{ "/box/web-1": { "memory.max": … } }`.
	 */
	limits: record(text, record(text, text)),
};
const process = {
	/** The path of its cgroup, as the host sees it: `0::/PATH`. */
	cgroup: text,
	/** Contents of files of its cgroup by name, such as `memory.max`; empty in the root cgroup. */
	cgroupFiles: record(text, text),
};

export type CgroupRequest =
	/** Limits and use of a cgroup, such as `/box`, and of the cgroups below it: at most 32 cgroups. */
	| { below: string }
	/**
	 * Limits and use of the cgroups that were made since the run or stage began and, in a stage, of the cgroups of the
	 * shells' foreground processes: at most 16 cgroups.
	 */
	| { made: true };

export const cgroup: Subject<typeof host, typeof process> = { host, process };

export const cgroupInspection: Inspection<typeof cgroup> = {
	section: "cgroup",
	rows(_, { cgroup: path, cgroupFiles }): Row[] {
		const name = path.slice(path.lastIndexOf(":") + 1);
		if (name === "/") return [{ label: "path", host: ["/"], container: null }];
		const limits = Object.entries(cgroupFiles).filter(
			([file, value]) => /\.(max|current|peak)$/.test(file) && value !== "",
		);
		return [
			{ label: "path", host: ["/"], container: [name] },
			...limits.map(([file, value]) => containerRow(file, value)),
		];
	},
};
