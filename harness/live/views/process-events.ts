import type { KernelState } from "../events.ts";
import type { Past } from "./past.ts";
import { counted, listed, programName, SHELL_NAMES } from "./phrases.ts";
import { findSame, isPid1, isZombie, keyOf, type Process, ProcessTree } from "./process-tree.ts";

/** Something that happened to a process, or to several. */
export interface ProcessEvent {
	text: string;
	/** The process that the text is about: the first one, if there are several. */
	key: string;
	/** It shows a rule of the kernel's. What is not special happens at every command. */
	special: boolean;
}

/** The bit of SIGTERM in a mask of signals. */
const SIGTERM_BIT = 1n << 14n;
/** If there are more names than this, a sentence only counts the processes. */
const NAMES_MAX = 3;

/**
 * The event to tell of these moments: the last special one; otherwise, what happened to a process that was there at the
 * beginning; otherwise the last one.
 */
export function eventToTell(moments: Past): ProcessEvent | null {
	const events = moments.slice(1).flatMap(({ view }, index) => eventsBetween(moments[index]?.view ?? view, view));
	const atFirst = moments[0]?.view.host.tasks.map(keyOf) ?? [];
	return (
		events.findLast(({ special }) => special) ??
		events.findLast(({ key }) => atFirst.includes(key)) ??
		events.at(-1) ??
		null
	);
}

/**
 * Whether the process is pid 1 of its namespace and has no handler for SIGTERM. The kernel then discards the signals that
 * other processes of the namespace send to it; see pid_namespaces(7). Known only of a process that a shell's user is
 * talking to.
 */
export function isDeaf(task: Process, { shells }: KernelState): boolean {
	const state = SHELL_NAMES.map((name) => shells[name]).find((shell) => shell?.pid === task.pid);
	if (!isPid1(task) || task.nsPids.length < 2 || !state?.signals.caught) return false;
	return (BigInt(`0x${state.signals.caught}`) & SIGTERM_BIT) === 0n;
}

/** The events between two moments, the most important one last. */
function eventsBetween(previous: KernelState, view: KernelState): ProcessEvent[] {
	const [before, now] = [new ProcessTree(previous.host.tasks, previous), new ProcessTree(view.host.tasks, view)];
	const ended = before.all.filter((task) => findSame(now.all, task) === undefined);
	const started = now.all.filter((task) => findSame(before.all, task) === undefined);
	const pairs = now.all.flatMap((task) => {
		const was = findSame(before.all, task);
		return was === undefined ? [] : [{ was, task }];
	});
	const zombies = now.all.filter((task) => {
		const was = findSame(before.all, task);
		return isZombie(task) && (was === undefined || !isZombie(was));
	});
	return [
		...pairs
			.filter(({ was, task }) => was.comm !== task.comm)
			.map(({ was, task }) => ({
				...{ key: keyOf(task), special: false },
				text: `pid ${task.pid} was ${programName(was)}, and is ${programName(task)} now.`,
			})),
		...processesEvent(started, "has started", "have started"),
		...processesEvent(ended, "has ended", "have ended"),
		...processesEvent(
			started.filter(isPid1),
			"has started, as pid 1 of a new namespace",
			"have started, each as pid 1 of a namespace",
			true,
		),
		...now.all
			.filter((task) => isDeaf(task, view) && !isDeaf(task, previous))
			.map((task) => ({ key: keyOf(task), special: true, text: deafText(task) })),
		...processesEvent(
			ended.filter(isZombie),
			"was a zombie, and is gone: its parent has reaped it",
			"were zombies, and are gone: their parents have reaped them",
			true,
		),
		...processesEvent(
			zombies,
			"has ended, and its parent has not waited for it: a zombie",
			"have ended, and their parents have not waited for them: zombies",
			true,
		),
		...pairs
			.filter(({ was, task }) => was.ppid !== task.ppid)
			.map(({ task }) => ({ key: keyOf(task), special: true, text: adoptionText(task, now) })),
		...pid1End(before, ended),
	];
}

const deafText = (task: Process) =>
	`${programName(task)} is pid 1 and handles no SIGTERM: the kernel discards every signal that comes from inside.`;

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
	return [{ key: keyOf(first), special: true, text }];
}

const nameWithPid = (task: Process): string => `${programName(task)} (pid ${task.pid})`;

function processesEvent(tasks: readonly Process[], one: string, many: string, special = false): ProcessEvent[] {
	const [first] = tasks;
	if (first === undefined) return [];
	const key = keyOf(first);
	if (tasks.length === 1) return [{ key, special, text: `${nameWithPid(first)} ${one}.` }];
	const names = [...new Set(tasks.map(programName))];
	const shown = names.length > NAMES_MAX ? "" : ` (${listed(names)})`;
	return [{ key, special, text: `${tasks.length} processes${shown} ${many}.` }];
}
