import type { KernelState } from "../events.ts";
import type { Past } from "./past.ts";
import { counted, listed, programName, SHELL_NAMES } from "./phrases.ts";
import { findSame, isPid1, isZombie, keyOf, type Process, ProcessTree } from "./process-tree.ts";

/** Something that happened to a process, or to several. */
export interface ProcessEvent {
	text: string;
	/** The key of the process that the text is about: of the first one, if there are several. */
	key: string;
	/** How much the event shows of the kernel's rules. */
	rank: (typeof RANKS)[keyof typeof RANKS];
}

/**
 * What an event is about, from what happens at every command to what a lesson is about. `ofOthers`: the end of
 * processes that were there before the command. `start`, `end`: those of pid 1 of a namespace. `duty`: what a parent or
 * pid 1 has to do.
 */
const RANKS = { usual: 0, ofOthers: 1, start: 2, end: 3, duty: 4 } as const;

/** The bit of SIGTERM in a mask of signals. */
const SIGTERM_BIT = 1n << 14n;
/** If there are more names than this, a sentence only counts the processes. */
const NAMES_MAX = 3;

/**
 * The event to tell of these moments: the last one of the highest rank; null if there is none. Of the events of the lowest
 * rank, one about a process that is still there is told rather than one about a process that has ended.
 */
export function eventToTell(moments: Past): ProcessEvent | null {
	const [first] = moments;
	if (first === undefined) return null;
	const events = moments.slice(1).flatMap(({ view }, index) => {
		const previous = moments[index]?.view ?? view;
		return [...eventsBetween(previous, view, first.view), ...reapedOrphans(moments.slice(0, index + 1), view)];
	});
	const last = (some: readonly ProcessEvent[]) =>
		some.reduce<ProcessEvent | null>((most, one) => (most !== null && most.rank > one.rank ? most : one), null);
	const best = last(events);
	const tasks = moments.at(-1)?.view.host.tasks ?? [];
	if (best === null || best.rank > RANKS.usual || isThere(tasks, best)) return best;
	return last(events.filter((event) => isThere(tasks, event))) ?? remainingZombie(moments) ?? best;
}

/**
 * Whether the event is only that a command's process came and went: nothing of it is left.
 * @param tasks the processes of the last moment
 */
export const leftNothing = (tasks: readonly Process[], event: ProcessEvent): boolean =>
	event.rank === RANKS.usual && !isThere(tasks, event);

/** Whether the process that the event is about is among these. */
export const isThere = (tasks: readonly Process[], { key }: ProcessEvent): boolean =>
	tasks.some((task) => keyOf(task) === key);

/** Tells of a zombie that is still there. It is more important than the start and the end of a command's process. */
function remainingZombie(moments: Past): ProcessEvent | null {
	const last = moments.at(-1)?.view;
	if (last === undefined) return null;
	const now = new ProcessTree(last.host.tasks, last);
	const zombie = now.all.findLast((task) => isZombie(task) && now.parentOf(task) !== undefined);
	if (zombie === undefined) return null;
	const text = `${nameWithPid(zombie)} is still a zombie: ${parentText(zombie, now)} has not waited for it.`;
	return { key: keyOf(zombie), rank: RANKS.usual, text };
}

/**
 * Whether the process is pid 1 of a namespace below the host's and has no handler for SIGTERM. The kernel then discards
 * each SIGTERM that other processes of the namespace send to it; see pid_namespaces(7). Known only of a process that
 * gets what is typed into a shell, and of interest only if the process has a child.
 */
export function isDeaf(task: Process, { host, shells }: KernelState): boolean {
	const state = SHELL_NAMES.map((name) => shells[name]).find((shell) => shell?.pid === task.pid);
	const isAlone = host.tasks.every(({ ppid }) => ppid !== task.pid);
	if (!isPid1(task) || task.nsPids.length < 2 || isAlone || !state?.signals.caught) return false;
	return (BigInt(`0x${state.signals.caught}`) & SIGTERM_BIT) === 0n;
}

/**
 * The events between two moments.
 * @param first what was there when the command began
 */
function eventsBetween(previous: KernelState, view: KernelState, first: KernelState): ProcessEvent[] {
	const [before, now] = [new ProcessTree(previous.host.tasks, previous), new ProcessTree(view.host.tasks, view)];
	const { usual, ofOthers, start, duty } = RANKS;
	const ended = before.all.filter((task) => findSame(now.all, task) === undefined);
	const endedOfOthers = ended.filter((task) => findSame(first.host.tasks, task) !== undefined);
	const started = now.all.filter((task) => findSame(before.all, task) === undefined);
	const pairs = now.all.flatMap((task) => {
		const was = findSame(before.all, task);
		return was === undefined ? [] : [{ was, task }];
	});
	const zombies = now.all.filter((task) => {
		const was = findSame(before.all, task);
		return isZombie(task) && (was === undefined || !isZombie(was));
	});
	const reaped = ended.filter((task) => isZombie(task) && before.parentOf(task) !== undefined);
	const byParent = reaped.filter((task) => now.all.some(({ pid }) => pid === task.ppid));
	return [
		...pairs
			.filter(({ was, task }) => was.comm !== task.comm)
			.map(({ was, task }) => ({
				...{ key: keyOf(task), rank: usual },
				text: `pid ${task.pid} was ${programName(was)}, and is ${programName(task)} now.`,
			})),
		...processesEvent(usual, started, "has started", "have started"),
		...processesEvent(usual, ended, "has ended", "have ended"),
		...processesEvent(ofOthers, endedOfOthers, "has ended", "have ended"),
		...processesEvent(
			start,
			started.filter(isPid1),
			"has started, as pid 1 of a new namespace",
			"have started, each as pid 1 of a namespace",
		),
		...pid1End(before, ended),
		...now.all
			.filter((task) => isDeaf(task, view) && !isDeaf(task, previous))
			.map((task) => ({ key: keyOf(task), rank: duty, text: deafText(task) })),
		...processesEvent(
			duty,
			byParent,
			"was a zombie, and is gone: its parent has reaped it",
			"were zombies, and are gone: their parents have reaped them",
		),
		...pairs
			.filter(({ was, task }) => was.ppid !== task.ppid)
			.map(({ task }) => ({ key: keyOf(task), rank: duty, text: adoptionText(task, now) })),
		...processesEvent(
			duty,
			zombies,
			`has ended, and ${parentText(zombies[0], now)} has not waited for it: a zombie`,
			"have ended, and their parents have not waited for them: zombies",
		),
	];
}

/**
 * The orphans of these moments that have ended since the last of the moments and have left no zombie: their new parents
 * have reaped them.
 */
function reapedOrphans(moments: Past, view: KernelState): ProcessEvent[] {
	const last = moments.at(-1)?.view;
	if (last === undefined) return [];
	const now = new ProcessTree(view.host.tasks, view);
	const orphans = last.host.tasks.filter((task) =>
		moments.some((moment) => (findSame(moment.view.host.tasks, task)?.ppid ?? task.ppid) !== task.ppid),
	);
	return orphans.flatMap((task) => {
		const isThere = findSame(now.all, task) !== undefined || isZombie(task) || now.parentOf(task) === undefined;
		const text = `${nameWithPid(task)}, the orphan, has ended, and ${parentText(task, now)} has reaped it.`;
		return isThere ? [] : [{ key: keyOf(task), rank: RANKS.duty, text }];
	});
}

/** "its parent"; or, if that is pid 1 of a namespace, "bash, its parent and pid 1,". */
function parentText(task: Process | undefined, tree: ProcessTree): string {
	const parent = task && tree.parentOf(task);
	const isInner = parent !== undefined && isPid1(parent) && parent.nsPids.length > 1;
	return isInner ? `${programName(parent)}, its parent and pid 1,` : "its parent";
}

const deafText = (task: Process) =>
	`${programName(task)} is pid 1 and handles no SIGTERM: the kernel discards a SIGTERM that comes from inside.`;

function adoptionText(task: Process, now: ProcessTree): string {
	const parent = now.parentOf(task);
	const isInner = parent !== undefined && isPid1(parent) && parent.nsPids.length > 1;
	const name = isInner ? `${programName(parent)}, pid 1 of its namespace` : `pid ${task.ppid}`;
	return `${nameWithPid(task)} has lost its parent; its new parent is ${name}.`;
}

// When pid 1 of a PID namespace ends, the kernel kills all other processes in the namespace. See pid_namespaces(7).
function pid1End(before: ProcessTree, ended: readonly Process[]): ProcessEvent[] {
	const first = ended.find(isPid1);
	if (first === undefined) return [];
	const others = before.below(first).filter((task) => task !== first && ended.includes(task)).length;
	const end = `${programName(first)}, pid 1 of its namespace, has ended`;
	const text =
		others === 0
			? `${end}: no process can be created there any more.`
			: `${end}, and ${counted(others, "process", "processes")} with it.`;
	return [{ key: keyOf(first), rank: RANKS.end, text }];
}

const nameWithPid = (task: Process): string => `${programName(task)} (pid ${task.pid})`;

function processesEvent(
	rank: ProcessEvent["rank"],
	tasks: readonly Process[],
	one: string,
	many: string,
): ProcessEvent[] {
	const [first] = tasks;
	if (first === undefined) return [];
	const key = keyOf(first);
	if (tasks.length === 1) return [{ key, rank, text: `${nameWithPid(first)} ${one}.` }];
	const names = [...new Set(tasks.map(programName))];
	const shown = names.length > NAMES_MAX ? "" : ` (${listed(names)})`;
	return [{ key, rank, text: `${tasks.length} processes${shown} ${many}.` }];
}
