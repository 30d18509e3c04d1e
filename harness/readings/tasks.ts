import * as v from "valibot";
import { count, list, text } from "./bounded.ts";
import { row, type Subject } from "./subject.ts";

/** A process in the guest, as its host sees it. */
export const Task = v.object({
	pid: count,
	/**
	 * When it was started, in clock ticks since boot: pids come back, so only both together name one process. 0 in what was
	 * recorded before this was read.
	 */
	startTicks: v.optional(count, 0),
	ppid: count,
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
	/** What its engine has started and is still there, itself included, the eldest first. */
	tasks: list(Task),
	/** Pids that the /proc it sees lists; null when there is none. */
	procPids: v.nullable(list(count)),
};

export const tasks: Subject<typeof host, typeof process> = {
	host,
	process,
	section: "processes",
	rows(host, { tasks, procPids, pid, nsPids }) {
		const rows = tasks.map((task) => {
			// What is not in a namespace as deep as the command's has no number there.
			const inside = task.nsPids[nsPids.length - 1];
			return row(
				`${nameOf(task)}${task.pid === pid ? " ←" : ""}`,
				[String(task.pid)],
				[inside === undefined ? "not there" : String(inside)],
			);
		});
		const listed = { label: "/proc has", host: [`${host.tasks.length} processes`] };
		if (procPids === null) return [...rows, { ...listed, container: ["there is none"] }];
		const all = host.tasks.every((task) => procPids.includes(task.pid));
		return [...rows, { ...listed, container: all ? null : [procPids.join(" ")] }];
	},
};

/** What a process is called: Node calls its first thread MainThread, and a process is called like that. */
export const nameOf = ({ comm }: Pick<Task, "comm">): string => (comm === "MainThread" ? "box (node)" : comm);
