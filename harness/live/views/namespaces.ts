import type { KernelState, ShellName } from "../events.ts";
import { beforeLastChange, known } from "./changes.ts";
import { listed, SHELL_NAMES, sentence, shellOf, withArticle } from "./phrases.ts";
import type { Past, Told } from "./seen.ts";

/** The processes whose namespaces are shown: the host's init, and the process that each shell's user is talking to. */
export type Member = "init" | ShellName;
export const MEMBERS = ["init", ...SHELL_NAMES] as const satisfies Member[];

/** The namespace of one kind that a process is in. */
export interface Cell {
	/**
	 * Stands for the namespace: processes in the same namespace have the same letter. The host's is A, the next one
	 * seen is B.
	 */
	letter: string;
	/** The process is not in the namespace of the host's init. */
	own: boolean;
	/**
	 * The namespace that the process's children will be in; null if it is the same. See pid_for_children in
	 * namespaces(7).
	 */
	forChildren: string | null;
	/** Milliseconds since the process entered the namespace; null if it has always been in it. */
	changedAgoMs: number | null;
	/** The process has just entered this namespace. */
	changed: boolean;
}

export interface Kind {
	kind: string;
	/** What a namespace of this kind isolates. */
	holds: string;
	cells: Partial<Record<Member, Cell>>;
}

/** A moment at which a shell's process entered other namespaces. */
export interface Mark {
	atMs: number;
	shell: ShellName;
	kinds: string[];
	/** It returned to the host's namespaces. */
	back: boolean;
	said: string;
}

export interface NamespacesPicture extends Told {
	kinds: Kind[];
	marks: Mark[];
	/** The times of the first and of the last view. */
	fromMs: number;
	untilMs: number;
}

/** In the order of the lessons. @see namespaces(7) */
const KINDS: Record<string, string> = {
	uts: "hostname",
	ipc: "message queues",
	mnt: "mounts",
	pid: "process numbers",
	cgroup: "cgroup paths",
	net: "network",
	user: "user ids",
	time: "clocks",
};
/** If there are more kinds than this, a sentence only names them. */
const MOST_EXPLAINED = 2;

/** Which namespaces each process is in, and when it entered them. */
export function namespacesOf(past: Past): NamespacesPicture {
	const seen = known(past);
	const last = seen.at(-1);
	const marks = namespaceMarks(seen);
	const [fromMs, untilMs] = [past[0]?.atMs ?? 0, past.at(-1)?.atMs ?? 0];
	if (last === undefined) return { kinds: [], marks, fromMs, untilMs, said: "" };
	const before = beforeLastChange(seen, allNamespaces);
	const kinds = Object.entries(KINDS).map(([kind, holds]) => {
		const letter = lettersOf(
			seen.map(({ view }) => view),
			kind,
		);
		const cells = MEMBERS.flatMap((member): [Member, Cell][] => {
			const id = namespacesIn(last.view, member)[kind];
			if (id === undefined) return [];
			const forChildren = namespacesIn(last.view, member)[`${kind}_for_children`] ?? id;
			const mark = marks.findLast(({ shell, kinds }) => shell === member && kinds.includes(kind));
			const cell: Cell = {
				letter: letter(id),
				own: id !== last.view.host.namespaces[kind],
				forChildren: forChildren === id ? null : letter(forChildren),
				changedAgoMs: mark === undefined ? null : last.atMs - mark.atMs,
				changed: before !== null && namespacesIn(before.view, member)[kind] !== id,
			};
			return [[member, cell]];
		});
		return { kind, holds, cells: Object.fromEntries(cells) };
	});
	return { kinds, marks, fromMs, untilMs, said: before === null ? "" : told(before.view, last.view) };
}

/** The moments at which a process entered other namespaces, in order of time. */
export function namespaceMarks(past: Past): Mark[] {
	const seen = known(past);
	return seen.slice(1).flatMap(({ atMs, view }, index): Mark[] => {
		const before = seen[index]?.view ?? view;
		return SHELL_NAMES.flatMap((shell) => {
			const kinds = changedKinds(before, view, shell);
			const back = kinds.every((kind) => isHosts(view, shell, kind));
			return kinds.length === 0 ? [] : [{ atMs, shell, kinds, back, said: toldOf(before, view, shell) }];
		});
	});
}

const namespacesIn = (view: KernelState, member: Member): Record<string, string> =>
	(member === "init" ? view.host : view.shells[member])?.namespaces ?? {};

const allNamespaces = (view: KernelState) => MEMBERS.map((member) => namespacesIn(view, member));

const isHosts = (view: KernelState, member: Member, kind: string): boolean =>
	namespacesIn(view, member)[kind] === view.host.namespaces[kind];

const changedKinds = (before: KernelState, now: KernelState, shell: ShellName): string[] =>
	Object.keys(KINDS).filter((kind) => namespacesIn(before, shell)[kind] !== namespacesIn(now, shell)[kind]);

const told = (before: KernelState, now: KernelState): string =>
	SHELL_NAMES.map((shell) => toldOf(before, now, shell))
		.filter((text) => text !== "")
		.join(" ");

// "The container's shell now has a uts namespace of its own (hostname)."
function toldOf(before: KernelState, now: KernelState, shell: ShellName): string {
	const changed = changedKinds(before, now, shell);
	const own = changed.filter((kind) => !isHosts(now, shell, kind));
	const kinds = own.length > 0 ? own : changed;
	if (kinds.length === 0) return childrenTold(before, now, shell);
	const named = namespaces(kinds);
	if (own.length === 0) return sentence(`${shellOf(shell)} is back in the host's ${named}`);
	const other = SHELL_NAMES.find((name) => name !== shell);
	if (other !== undefined && kinds.every((kind) => namespacesIn(now, other)[kind] === namespacesIn(now, shell)[kind]))
		return sentence(`${shellOf(shell)} is in the same ${named} as ${shellOf(other)} now`);
	const holds = kinds.length > MOST_EXPLAINED ? "" : ` (${listed(kinds.map((kind) => KINDS[kind] ?? kind))})`;
	return sentence(`${shellOf(shell)} now has ${kinds.length === 1 ? withArticle(named) : named} of its own${holds}`);
}

function childrenTold(before: KernelState, now: KernelState, shell: ShellName): string {
	const forChildren = (view: KernelState, kind: string) => namespacesIn(view, shell)[`${kind}_for_children`];
	const kinds = Object.keys(KINDS).filter((kind) => forChildren(before, kind) !== forChildren(now, kind));
	const awaits = kinds.filter((kind) => forChildren(now, kind) !== namespacesIn(now, shell)[kind]);
	if (awaits.length === 0) return "";
	return sentence(
		`${shellOf(shell)} has stayed where it is; its children will be in ${awaits.length === 1 ? "a " : ""}new ${namespaces(awaits)}`,
	);
}

const namespaces = (kinds: readonly string[]): string =>
	`${listed(kinds)} ${kinds.length === 1 ? "namespace" : "namespaces"}`;

/** Gives each namespace of a kind a letter, in the order in which they were seen: the host's is the first. */
function lettersOf(views: readonly KernelState[], kind: string): (id: string) => string {
	const ids = new Set(
		views.flatMap((view) =>
			MEMBERS.flatMap((member) => {
				const namespaces = namespacesIn(view, member);
				return [namespaces[kind], namespaces[`${kind}_for_children`]].filter((id) => id !== undefined);
			}),
		),
	);
	const order = [...ids];
	return (id) => {
		const index = order.indexOf(id);
		return index < 26 ? String.fromCharCode(65 + index) : `N${index + 1}`;
	};
}
