import type { KernelState } from "../events.ts";
import { listed } from "./phrases.ts";
import type { Past } from "./seen.ts";
import { bytesText, cpusText, limitsIn, MACHINE, RESOURCES, type Resource, type Uses } from "./uses.ts";

/** An event of a cgroup, with its time. */
export interface Mark {
	atMs: number;
	group: string;
	/** The resource in whose chart the mark is shown; null for none. */
	resource: Resource | null;
	/** A word or two, for the chart. */
	label: string;
	/** The same, in a sentence. */
	said: string;
}

/** If the kernel makes a cgroup wait again within this time, that counts as the same event. */
const SAME_STORY_MS = 3_000;
const LABELS = { memory: "killed", processes: "fork refused", cpu: "made to wait" };

/** All events of cgroups, in order. Of the events seen at one moment, the most serious is the last. */
export function marksOf(past: Past): Mark[] {
	const marks: Mark[] = [];
	const lastMs = new Map<string, number>();
	for (const [index, { atMs, view }] of past.entries()) {
		const before = past[index - 1];
		if (before === undefined) continue;
		for (const mark of marksBetween(before.view, view, atMs)) {
			const story = `${mark.group} ${mark.label}`;
			const goesOn = mark.resource === "cpu" && atMs - (lastMs.get(story) ?? -SAME_STORY_MS) < SAME_STORY_MS;
			lastMs.set(story, atMs);
			if (!goesOn) marks.push(mark);
		}
	}
	return marks;
}

/** An amount of a resource, such as "10 processes". */
export function amountOf(resource: Resource, amount: number): string {
	if (resource === "memory") return bytesText(amount);
	return resource === "cpu" ? cpusText(amount) : `${amount} processes`;
}

type All = ReadonlyMap<string, Uses>;

function marksBetween(one: KernelState, other: KernelState, atMs: number): Mark[] {
	const [before, now] = [limitsIn(one), limitsIn(other)];
	const mark = (group: string, said: string, resource: Resource | null = null, label = ""): Mark => ({
		...{ atMs, group, resource, label, said },
	});
	const gone = [...before.keys()].filter((name) => !now.has(name));
	const came = [...now.keys()].filter((name) => !before.has(name) && name !== MACHINE);
	return [
		...gone.map((name) => mark(name, `The cgroup ${name} is gone.`)),
		...came.map((name) => mark(name, saidOfNew(name, now))),
		...[...now].flatMap(([name, uses]) => {
			const said = saidOfLimits(name, before.get(name), uses);
			return said === "" ? [] : [mark(name, said)];
		}),
		...[...now].flatMap(([name, uses]) =>
			RESOURCES.filter((resource) => wasMet(name, resource, before, now)).map((resource) =>
				mark(name, saidOfMet(name, resource, uses[resource]?.limit ?? null), resource, LABELS[resource]),
			),
		),
	];
}

function saidOfNew(name: string, now: All): string {
	const empty = RESOURCES.every((resource) => now.get(name)?.[resource] === undefined);
	return `There is a new cgroup, ${name}${empty ? "; its parent hands no controller down, so it can have no limits" : ""}.`;
}

// `before` is undefined for a new cgroup, which may already have limits.
function saidOfLimits(name: string, before: Uses | undefined, now: Uses): string {
	if (name === MACHINE) return "";
	const limits = RESOURCES.flatMap((resource) => {
		const [was, is] = [before?.[resource]?.limit ?? null, now[resource]?.limit ?? null];
		return is === null || is === was ? [] : [amountOf(resource, is)];
	});
	return limits.length === 0 ? "" : `The cgroup ${name} may use ${listed(limits)}, and no more.`;
}

function wasMet(name: string, resource: Resource, before: All, now: All): boolean {
	const grown = (path: string) => {
		const [was, is] = [before.get(path)?.[resource], now.get(path)?.[resource]];
		return is === undefined ? 0 : is.met - (was?.met ?? (path === MACHINE ? is.met : 0));
	};
	const others = [...now.keys()].filter((path) => path !== MACHINE);
	// The machine's count includes the processes that were killed in cgroups.
	if (name === MACHINE) return grown(MACHINE) > Math.max(0, ...others.map(grown));
	// A cgroup's count includes those of the cgroups below it. The innermost one has met its limit.
	return grown(name) > 0 && !others.some((path) => path.startsWith(`${name}/`) && grown(path) > 0);
}

function saidOfMet(name: string, resource: Resource, limit: number | null): string {
	// The limit was that of a cgroup above, or the machine's memory had run out.
	if (limit === null && resource === "memory") return `The kernel has killed a process of ${name}: memory had run out.`;
	const most = limit === null ? "so much" : amountOf(resource, limit);
	if (name === MACHINE) return `The kernel has killed a process: all of the machine's ${most} were in use.`;
	if (resource === "memory") return `The kernel has killed a process: its cgroup may use ${most}, and wanted more.`;
	if (resource === "processes") return `The kernel has refused a fork: the cgroup may have ${most}, and wanted more.`;
	return `The kernel makes ${name} wait: it may use ${most}, and wanted more.`;
}
