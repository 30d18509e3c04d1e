import type { KernelState, ShellName } from "../events.ts";
import { beforeLastChange, withoutGaps } from "./changes.ts";
import type { Past, Picture } from "./past.ts";
import { listed, SHELL_NAMES, sentence, theShell, theUserOf, withArticle } from "./phrases.ts";

/** The processes whose namespaces are shown: the host's init, and the process that gets what is typed into each shell. */
export type ShownProcess = "init" | ShellName;
export const SHOWN_PROCESSES = ["init", ...SHELL_NAMES] as const satisfies ShownProcess[];

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
	 * The letter of the namespace that the process's children will be in; null if it is the process's own namespace. See
	 * pid_for_children in namespaces(7).
	 */
	forChildren: string | null;
	/** The process has just entered this namespace. */
	changed: boolean;
}

export interface NamespaceKind {
	kind: string;
	/** What a namespace of this kind isolates. */
	isolates: string;
	cells: Partial<Record<ShownProcess, Cell>>;
}

export interface NamespacesPicture extends Picture {
	kinds: NamespaceKind[];
}

/** The kinds of namespace, and what each isolates. @see namespaces(7) */
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
const EXPLAINED_MAX = 2;

/** Which namespaces each process is in. */
export function namespacesOf(past: Past): NamespacesPicture {
	const seen = withoutGaps(past);
	const last = seen.at(-1);
	if (last === undefined) return { kinds: [], latestChange: "" };
	const before = beforeLastChange(seen, allNamespaces);
	const kinds = Object.entries(KINDS).map(([kind, isolates]) => {
		const letter = lettersOf(
			seen.map(({ view }) => view),
			kind,
		);
		const cells = SHOWN_PROCESSES.flatMap((process): [ShownProcess, Cell][] => {
			const id = namespacesIn(last.view, process)[kind];
			if (id === undefined) return [];
			const forChildren = namespacesIn(last.view, process)[`${kind}_for_children`] ?? id;
			const cell: Cell = {
				letter: letter(id),
				own: id !== last.view.host.namespaces[kind],
				forChildren: forChildren === id ? null : letter(forChildren),
				changed: before !== null && namespacesIn(before.view, process)[kind] !== id,
			};
			return [[process, cell]];
		});
		return { kind, isolates, cells: Object.fromEntries(cells) };
	});
	return { kinds, latestChange: before === null ? "" : latestChangeOf(before.view, last.view) };
}

const namespacesIn = (view: KernelState, process: ShownProcess): Record<string, string> =>
	(process === "init" ? view.host : view.shells[process])?.namespaces ?? {};

const allNamespaces = (view: KernelState) => SHOWN_PROCESSES.map((process) => namespacesIn(view, process));

const isInHostNamespace = (view: KernelState, process: ShownProcess, kind: string): boolean =>
	namespacesIn(view, process)[kind] === view.host.namespaces[kind];

const changedKinds = (before: KernelState, now: KernelState, shell: ShellName): string[] =>
	Object.keys(KINDS).filter((kind) => namespacesIn(before, shell)[kind] !== namespacesIn(now, shell)[kind]);

const latestChangeOf = (before: KernelState, now: KernelState): string =>
	SHELL_NAMES.map((shell) => changeText(before, now, shell))
		.filter((text) => text !== "")
		.join(" ");

// "The container's shell now has a uts namespace of its own (hostname)."
function changeText(before: KernelState, now: KernelState, shell: ShellName): string {
	const changed = changedKinds(before, now, shell);
	const own = changed.filter((kind) => !isInHostNamespace(now, shell, kind));
	const kinds = own.length > 0 ? own : changed;
	if (kinds.length === 0) return childrenText(before, now, shell);
	const named = namespaces(kinds);
	const user = theUserOf(shell, !isInHostNamespace(now, shell, "mnt"));
	if (own.length === 0) return sentence(`${theShell(shell)} is back in the host's ${named}`);
	const other = SHELL_NAMES.find((name) => name !== shell);
	if (other !== undefined && kinds.every((kind) => namespacesIn(now, other)[kind] === namespacesIn(now, shell)[kind]))
		return sentence(`${user} is in the same ${named} as ${theShell(other)} now`);
	const isolates = kinds.length > EXPLAINED_MAX ? "" : ` (${listed(kinds.map((kind) => KINDS[kind] ?? kind))})`;
	return sentence(`${user} now has ${kinds.length === 1 ? withArticle(named) : named} of its own${isolates}`);
}

function childrenText(before: KernelState, now: KernelState, shell: ShellName): string {
	const forChildren = (view: KernelState, kind: string) => namespacesIn(view, shell)[`${kind}_for_children`];
	const kinds = Object.keys(KINDS).filter((kind) => forChildren(before, kind) !== forChildren(now, kind));
	const newKinds = kinds.filter((kind) => forChildren(now, kind) !== namespacesIn(now, shell)[kind]);
	if (newKinds.length === 0) return "";
	return sentence(
		`${theShell(shell)} has not moved; its children will be in ${newKinds.length === 1 ? "a " : ""}new ${namespaces(newKinds)}`,
	);
}

const namespaces = (kinds: readonly string[]): string =>
	`${listed(kinds)} ${kinds.length === 1 ? "namespace" : "namespaces"}`;

/**
 * Gives each namespace of a kind a letter, in the order in which they were seen: the host's is the first. After Z, gives
 * N and a number, such as N27.
 */
function lettersOf(views: readonly KernelState[], kind: string): (id: string) => string {
	const ids = new Set(
		views.flatMap((view) =>
			SHOWN_PROCESSES.flatMap((process) => {
				const namespaces = namespacesIn(view, process);
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
