import type { KernelState, ShellName } from "../events.ts";
import { beforeLastChange, withoutGaps } from "./changes.ts";
import type { Past, Picture } from "./past.ts";
import { counted, listed, programName, SHELL_NAMES } from "./phrases.ts";

type Process = KernelState["host"]["tasks"][number];

/** A line of the tree: a process, or several that are alike. */
export interface ProcessRow {
	name: string;
	/** The pids on the host: of the process, or of all processes of the line. */
	pids: number[];
	/** Its pids in the PID namespaces below the host's that it is in, the innermost last. Empty for a line of several. */
	innerPids: number[];
	/** How deep in the tree. */
	depth: number;
	/** The shell that it is or descends from; null for none. */
	ofShell: ShellName | null;
	/** It is one of the two shells itself. */
	isShell: boolean;
	/** It is pid 1 of a PID namespace. */
	isPid1: boolean;
	/** It has ended, and its parent has not waited for it yet. */
	zombie: boolean;
	/** What has just happened to it. */
	change: "new" | "ended" | null;
}

export interface ProcessesPicture extends Picture {
	rows: ProcessRow[];
	/** Names of the processes that have been there unchanged all the time and belong to neither shell. */
	unchanged: string[];
}

/** If more than this many alike processes have the same parent, they become one line. */
const ALIKE_MAX = 3;
/** The tree is shown down to this depth. */
const DEPTH_MAX = 200;
/** If there are more names than this, a sentence only counts the processes. */
const NAMES_MAX = 3;

/** The tree of processes, with their pids on the host and in the containers. */
export function processesOf(past: Past): ProcessesPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { rows: [], unchanged: [], latestChange: "" };
	const before = beforeLastChange(seen, allTasks);
	const previous = before?.view.host.tasks ?? view.host.tasks;
	const gone = previous.filter((task) => findSame(view.host.tasks, task) === undefined);
	const tree = new ProcessTree([...view.host.tasks, ...gone], view);
	const changeOf = (task: Process) =>
		findSame(gone, task) !== undefined ? "ended" : findSame(previous, task) !== undefined ? null : "new";
	const unchanged = tree.all.filter(
		(task) => task.pid !== 1 && tree.shellOf(task) === null && seen.every((one) => existsIn(one.view, task)),
	);
	const shown = tree.all.filter((task) => !unchanged.includes(task));
	return {
		rows: tree.rows(shown, changeOf),
		unchanged: unchanged.map(programName),
		latestChange: before === null ? "" : latestChangeOf(new ProcessTree(previous, before.view), view.host.tasks),
	};
}

/** The properties of a process whose changes count. Whether it runs at the moment is not one of them. */
const comparedFields = ({ pid, ppid, comm, state, nsPids }: Process) => [pid, ppid, comm, isZombie({ state }), nsPids];

const allTasks = ({ host }: KernelState) => host.tasks.map(comparedFields);

const isZombie = ({ state }: Pick<Process, "state">) => state === "Z";
const isPid1 = ({ nsPids }: Process) => nsPids.at(-1) === 1;

/**
 * Finds the same process at another moment. The start time tells processes apart that got the same pid one after the
 * other.
 */
const findSame = (tasks: readonly Process[], { pid, startTicks }: Process) =>
	tasks.find((task) => task.pid === pid && task.startTicks === startTicks);

function existsIn({ host }: KernelState, task: Process): boolean {
	const other = findSame(host.tasks, task);
	return other !== undefined && JSON.stringify(comparedFields(other)) === JSON.stringify(comparedFields(task));
}

/** Processes, with their parents, children and shells. */
class ProcessTree {
	constructor(
		readonly all: readonly Process[],
		private readonly view: KernelState,
	) {}

	childrenOf(parent: Process, of: readonly Process[] = this.all): Process[] {
		return of.filter(({ ppid }) => ppid === parent.pid);
	}

	/**
	 * The process and all its descendants. Parents may form a cycle if processes changed while they were read, or if
	 * the guest lies.
	 */
	below(top: Process): Process[] {
		const found = new Set([top]);
		for (const parent of found) for (const child of this.childrenOf(parent)) found.add(child);
		return [...found];
	}

	/** The shell that the process is or descends from; null for none. */
	shellOf(task: Process): ShellName | null {
		const met = new Set<Process>();
		for (let at: Process | undefined = task; at !== undefined && !met.has(at); ) {
			met.add(at);
			const { pid, ppid }: Process = at;
			const side = SHELL_NAMES.find((name) => this.view.shells[name]?.shell === pid);
			if (side !== undefined) return side;
			at = this.all.find((other) => other.pid === ppid);
		}
		return null;
	}

	rows(shown: readonly Process[], changeOf: (task: Process) => ProcessRow["change"]): ProcessRow[] {
		const single = (task: Process, depth: number): ProcessRow => ({
			name: programName(task),
			pids: [task.pid],
			innerPids: task.nsPids.slice(1),
			depth,
			ofShell: this.shellOf(task),
			isShell: SHELL_NAMES.some((name) => this.view.shells[name]?.shell === task.pid),
			isPid1: isPid1(task),
			zombie: isZombie(task),
			change: changeOf(task),
		});
		const met = new Set<Process>();
		const level = (tasks: readonly Process[], depth: number): ProcessRow[] => {
			if (depth > DEPTH_MAX) return [];
			const first = tasks.filter((task) => !met.has(task));
			for (const task of first) met.add(task);
			const lines = first.map((task) => {
				const children = level(this.childrenOf(task, shown), depth + 1);
				return { row: single(task, depth), children };
			});
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
			const side = this.shellOf(task);
			return task.pid === 1 ? -2 : side === null ? -1 : SHELL_NAMES.indexOf(side);
		};
		return level(
			tops.toSorted((one, other) => rank(one) - rank(other)),
			0,
		);
	}
}

/** Groups items with the same key, in the order of the groups' first items. */
function grouped<T>(items: readonly T[], groupKeyOf: (item: T) => string): T[][] {
	const groups = new Map<string, T[]>();
	for (const item of items) groups.set(groupKeyOf(item), [...(groups.get(groupKeyOf(item)) ?? []), item]);
	return [...groups.values()];
}

function latestChangeOf(before: ProcessTree, now: readonly Process[]): string {
	const ended = before.all.filter((task) => findSame(now, task) === undefined);
	const started = now.filter((task) => findSame(before.all, task) === undefined);
	const pairs = now.flatMap((task) => {
		const previous = findSame(before.all, task);
		return previous === undefined ? [] : [{ previous, task }];
	});
	const zombies = pairs.filter(({ previous, task }) => isZombie(task) && !isZombie(previous)).map(({ task }) => task);
	const [text = ""] = [
		pid1EndText(before, ended),
		processesText(
			started.filter(isPid1),
			"has started, as pid 1 of a new namespace",
			"have started, each as pid 1 of a namespace",
		),
		processesText(
			zombies,
			"has ended, and its parent has not waited for it: a zombie",
			"have ended, and their parents have not waited for them: zombies",
		),
		processesText(ended.filter(isZombie), "was a zombie, and is gone", "were zombies, and are gone"),
		processesText(ended, "has ended", "have ended"),
		processesText(started, "has started", "have started"),
		...pairs
			.filter(({ previous, task }) => previous.comm !== task.comm)
			.map(({ previous, task }) => `pid ${task.pid} was ${programName(previous)}, and is ${programName(task)} now`),
		...pairs
			.filter(({ previous, task }) => previous.ppid !== task.ppid)
			.map(({ task }) => `${nameWithPid(task)} has lost its parent; its new parent is pid ${task.ppid}`),
	].filter((text) => text !== "");
	return text === "" ? "" : `${text}.`;
}

// When pid 1 of a PID namespace ends, the kernel kills all other processes in the namespace. See pid_namespaces(7).
function pid1EndText(before: ProcessTree, ended: readonly Process[]): string {
	const first = ended.find(isPid1);
	if (first === undefined) return "";
	const others = before.below(first).filter((task) => task !== first && ended.includes(task)).length;
	const end = `${programName(first)}, pid 1 of its namespace, has ended`;
	return others === 0 ? end : `${end}, and ${counted(others, "process", "processes")} with it`;
}

const nameWithPid = (task: Process): string => `${programName(task)} (pid ${task.pid})`;

function processesText(tasks: readonly Process[], one: string, many: string): string {
	const [first] = tasks;
	if (first === undefined) return "";
	if (tasks.length === 1) return `${nameWithPid(first)} ${one}`;
	const names = [...new Set(tasks.map(programName))];
	const shown = names.length > NAMES_MAX ? "" : ` (${listed(names)})`;
	return `${tasks.length} processes${shown} ${many}`;
}
