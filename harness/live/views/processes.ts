import type { KernelState, ShellName } from "../events.ts";
import { beforeLastChange, momentsOfLastChange, withoutGaps } from "./changes.ts";
import type { Past, Picture } from "./past.ts";
import { programName } from "./phrases.ts";
import { eventToTell, isDeaf, isThere, leftNothing, type ProcessEvent } from "./process-events.ts";
import { findSame, isPid1, isZombie, keyOf, type Process, ProcessTree } from "./process-tree.ts";

/** A line of the tree: a process, or several that are alike. */
export interface ProcessRow {
	/** Identifies the process, also at other moments; the first one of several. */
	key: string;
	/** The key of its parent's row; null if it is at the top. */
	parent: string | null;
	name: string;
	/** The pids on the host: of the process, or of all processes of the line. */
	pids: number[];
	/** Its pids in the PID namespaces below the host's that it is in, the innermost last. Empty for a line of several. */
	innerPids: number[];
	/** How many PID namespaces below the host's it is in. */
	level: number;
	/** How deep in the tree it is: 0 at the top. */
	depth: number;
	/** The shell that it is or descends from; null for none. */
	ofShell: ShellName | null;
	/** It is one of the two shells itself. */
	isShell: boolean;
	/** It is pid 1 of a PID namespace. */
	isPid1: boolean;
	/** It is pid 1, and is known to have no handler for SIGTERM. */
	isDeaf: boolean;
	/** It has ended, and its parent has not waited for it yet. */
	zombie: boolean;
	/** What has just happened to it; null for neither. */
	change: "new" | "ended" | null;
	/** The parent that it has just lost; null if it has not. */
	lostParent: { key: string; name: string } | null;
}

export interface ProcessesPicture extends Picture {
	rows: ProcessRow[];
	/** Names of the processes, except init, that have been there unchanged all the time and belong to neither shell. */
	unchanged: string[];
	/** The key of the row that the sentence on the latest change is about; null for none. */
	changedRow: string | null;
}

/** If more than this many alike processes have the same parent, they become one line. */
const ALIKE_MAX = 3;
/** If a command has left nothing, an event of this many earlier commands may be told instead. */
const COMMANDS_BACK_MAX = 8;
/** The tree is shown down to this depth. */
const DEPTH_MAX = 200;

/** The tree of processes, with their pids on the host and in the containers. */
export function processesOf(past: Past): ProcessesPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { rows: [], unchanged: [], latestChange: "", changedRow: null };
	const command = momentsOfLastChange(seen, allTasks);
	const { event, atMs: changedAtMs } = lastingEvent(seen, command);
	const previous = beforeLastChange(seen, allTasks)?.view.host.tasks ?? view.host.tasks;
	const eventTask = command.flatMap((moment) => moment.view.host.tasks).findLast((task) => keyOf(task) === event?.key);
	const tasks = [...view.host.tasks, ...previous, ...(eventTask === undefined ? [] : [eventTask])];
	const lost = lostParents(tasks, command);
	// In the order in which they began, so that a process stays in its place when it ends.
	const all = firstOfEach([...tasks, ...lost.values()]).toSorted((one, other) => one.startTicks - other.startTicks);
	const tree = new ProcessTree(all, view);
	const unchanged = tree.all.filter(
		(task) => task.pid !== 1 && tree.shellOf(task) === null && seen.every((one) => existsIn(one.view, task)),
	);
	const shown = tree.all.filter((task) => !unchanged.includes(task));
	const rows = rowsOf(tree, shown, (task) => ({
		change: !view.host.tasks.includes(task) ? "ended" : findSame(previous, task) === undefined ? "new" : null,
		isDeaf: command.some((moment) => isDeaf(task, moment.view)),
		lostParent: lostParentOf(lost.get(keyOf(task))),
	}));
	return {
		rows,
		unchanged: unchanged.map(programName),
		latestChange: event?.text ?? "",
		changedAtMs,
		changedRow: event?.key ?? null,
	};
}

/**
 * The event to tell: of the last command; or, if nothing of that is left, of the last earlier command that has left
 * something, if that is still there.
 * @param seen without gaps
 * @param command the moments of the last command
 * @returns `atMs`: when an earlier command was over; undefined for the last command
 */
function lastingEvent(seen: Past, command: Past): { event: ProcessEvent | null; atMs?: number } {
	const event = eventToTell(command);
	const tasks = seen.at(-1)?.view.host.tasks ?? [];
	if (event === null || !leftNothing(tasks, event)) return { event };
	let [moments, before] = [seen, command];
	for (let back = 0; back < COMMANDS_BACK_MAX && before[0] !== undefined; back++) {
		moments = moments.slice(0, moments.indexOf(before[0]) + 1);
		before = momentsOfLastChange(moments, allTasks);
		const earlier = eventToTell(before);
		const last = moments.at(-1);
		if (earlier !== null && isThere(tasks, earlier)) return { event: earlier, ...(last && { atMs: last.atMs }) };
		if (earlier === null || !leftNothing(tasks, earlier)) break;
	}
	return { event };
}

/** The properties of a process whose changes count. Whether it runs at the moment is not one of them. */
const comparedFields = ({ pid, ppid, comm, state, nsPids }: Process) => [pid, ppid, comm, isZombie({ state }), nsPids];

const allTasks = ({ host }: KernelState) => host.tasks.map(comparedFields);

const firstOfEach = (tasks: readonly Process[]) => [...new Set(tasks)].filter((task) => findSame(tasks, task) === task);

function existsIn({ host }: KernelState, task: Process): boolean {
	const other = findSame(host.tasks, task);
	return other !== undefined && JSON.stringify(comparedFields(other)) === JSON.stringify(comparedFields(task));
}

/** The parents that the processes have lost in these moments, by the child's key. */
function lostParents(tasks: readonly Process[], moments: Past): Map<string, Process> {
	return new Map(
		tasks.flatMap((task): [string, Process][] => {
			const earlier = moments.findLast(({ view }) => {
				const same = findSame(view.host.tasks, task);
				return same !== undefined && same.ppid !== task.ppid;
			});
			const was = earlier && findSame(earlier.view.host.tasks, task);
			const parent = was && earlier.view.host.tasks.find(({ pid }) => pid === was.ppid);
			return parent === undefined ? [] : [[keyOf(task), parent]];
		}),
	);
}

const lostParentOf = (parent: Process | undefined): ProcessRow["lostParent"] =>
	parent === undefined ? null : { key: keyOf(parent), name: programName(parent) };

type Marks = Pick<ProcessRow, "change" | "isDeaf" | "lostParent">;

function rowsOf(tree: ProcessTree, shown: readonly Process[], marksOf: (task: Process) => Marks): ProcessRow[] {
	const single = (task: Process, depth: number, parent: Process | null): ProcessRow => ({
		key: keyOf(task),
		parent: parent === null ? null : keyOf(parent),
		name: programName(task),
		pids: [task.pid],
		innerPids: task.nsPids.slice(1),
		level: Math.max(0, task.nsPids.length - 1),
		depth,
		ofShell: tree.shellOf(task),
		isShell: tree.shellAt(task) !== null,
		isPid1: isPid1(task),
		zombie: isZombie(task),
		...marksOf(task),
	});
	const met = new Set<Process>();
	const below = (tasks: readonly Process[], depth: number, parent: Process | null): ProcessRow[] => {
		if (depth > DEPTH_MAX) return [];
		const first = tasks.filter((task) => !met.has(task));
		for (const task of first) met.add(task);
		const lines = first.map((task) => ({
			row: single(task, depth, parent),
			children: below(tree.childrenOf(task, shown), depth + 1, task),
		}));
		const groupKeyOf = ({ row, children }: (typeof lines)[number]) =>
			JSON.stringify([row.name, row.isPid1, row.zombie, row.change, row.isShell, children.length > 0 ? row.pids : 0]);
		return grouped(lines, groupKeyOf).flatMap((alike) => {
			const [first] = alike;
			if (first === undefined || alike.length <= ALIKE_MAX)
				return alike.flatMap(({ row, children }) => [row, ...children]);
			return [{ ...first.row, pids: alike.flatMap(({ row }) => row.pids), innerPids: [] }];
		});
	};
	const tops = shown.filter(({ ppid }) => !shown.some(({ pid }) => pid === ppid));
	// Init comes first, then the processes of neither shell, then each shell's tree.
	const rank = (task: Process) => {
		const side = tree.shellOf(task);
		return task.pid === 1 ? -2 : side === null ? -1 : side === "host" ? 0 : 1;
	};
	return below(
		tops.toSorted((one, other) => rank(one) - rank(other)),
		0,
		null,
	);
}

/** Groups items with the same key, in the order of the groups' first items. */
function grouped<T>(items: readonly T[], groupKeyOf: (item: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const item of items) groups.set(groupKeyOf(item), [...(groups.get(groupKeyOf(item)) ?? []), item]);
	return [...groups.values()];
}
