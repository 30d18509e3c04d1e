import * as v from "valibot";
import { count, list, text } from "./bounded-schemas.ts";
import { type Inspection, row, type Subject } from "./subject.ts";

/** A process in the guest, as its host sees it. */
export const Task = v.object({
	pid: count,
	/**
	 * When the process was started, in clock ticks since boot. The kernel reuses pids: only pid and start together
	 * identify a process. 0 in recordings from before this was read.
	 */
	startTicks: v.optional(count, 0),
	ppid: count,
	/** The process's name, and one letter for its state: see proc_pid_stat(5). */
	comm: text,
	state: text,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
});
export type Task = v.InferOutput<typeof Task>;

const host = { tasks: list(Task) };
const process = {
	pid: count,
	/** Its pid in each of the nested PID namespaces, the outermost first. */
	nsPids: list(count),
	/**
	 * The descendants of its engine, a parent before its children. This process is one of them, unless it is the engine
	 * itself, or init has adopted it or one of its ancestors.
	 */
	tasks: list(Task),
	/** The pids in the /proc that the process sees; null if it sees none. */
	procPids: v.nullable(list(count)),
};

export const tasks: Subject<typeof host, typeof process> = { host, process };

export const tasksInspection: Inspection<typeof tasks> = {
	section: "processes",
	rows(host, { tasks, procPids, pid, nsPids }) {
		const rows = tasks.map((task) => {
			// A process that is not in a PID namespace as deep as the command's has no pid there.
			const inside = task.nsPids[nsPids.length - 1];
			return row(
				`${programName(task)}${task.pid === pid ? " ←" : ""}`,
				[String(task.pid)],
				[inside === undefined ? "no pid" : String(inside)],
			);
		});
		const procRow = { label: "pids in /proc", host: [`${host.tasks.length} pids`] };
		if (procPids === null) return [...rows, { ...procRow, container: ["no /proc"] }];
		const all = host.tasks.every((task) => procPids.includes(task.pid));
		return [...rows, { ...procRow, container: all ? null : [procPids.join(" ")] }];
	},
};

/**
 * The name to show for a process. A Node process is called MainThread, because Node gives its first thread this name.
 */
export const programName = ({ comm }: Pick<Task, "comm">): string => (comm === "MainThread" ? "box (node)" : comm);
