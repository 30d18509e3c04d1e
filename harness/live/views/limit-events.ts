import type { KernelState } from "../events.ts";
import type { Past } from "./past.ts";
import { listed } from "./phrases.ts";
import {
	bytesText,
	type CgroupUse,
	cpusText,
	MACHINE,
	RESOURCES,
	type Resource,
	usesByCgroup,
} from "./resource-use.ts";

/** An event of a cgroup, with its time. */
export interface LimitEvent {
	atMs: number;
	/** The cgroup's path, or {@link MACHINE}. */
	group: string;
	/** The resource that the event is about: its chart shows the event. Null for an event without a chart. */
	resource: Resource | null;
	/** What the chart says of the event, in a few words; empty without a chart. */
	label: string;
	/** The event in a sentence. */
	text: string;
}

/** If the kernel makes a cgroup wait again within this time, that counts as the same event. */
const SAME_EVENT_MS = 3_000;
const LABELS = { memory: "killed", processes: "fork refused", cpu: "made to wait" };

/** All events of cgroups, in order. Of the events seen at one moment, the most serious is the last. */
export function limitEventsOf(past: Past): LimitEvent[] {
	const events: LimitEvent[] = [];
	const lastMs = new Map<string, number>();
	for (const [index, { atMs, view }] of past.entries()) {
		const before = past[index - 1];
		if (before === undefined) continue;
		for (const event of eventsBetween(before.view, view, atMs)) {
			const key = `${event.group} ${event.label}`;
			const goesOn = event.resource === "cpu" && atMs - (lastMs.get(key) ?? -SAME_EVENT_MS) < SAME_EVENT_MS;
			lastMs.set(key, atMs);
			if (!goesOn) events.push(event);
		}
	}
	return events;
}

/** An amount of a resource, such as "10 processes". */
export function amountOf(resource: Resource, amount: number): string {
	if (resource === "memory") return bytesText(amount);
	return resource === "cpu" ? cpusText(amount) : `${amount} processes`;
}

type UsesByCgroup = ReadonlyMap<string, CgroupUse>;

function eventsBetween(one: KernelState, other: KernelState, atMs: number): LimitEvent[] {
	const [before, now] = [usesByCgroup(one), usesByCgroup(other)];
	const event = (group: string, text: string, resource: Resource | null = null, label = ""): LimitEvent => ({
		...{ atMs, group, resource, label, text },
	});
	const gone = [...before.keys()].filter((name) => !now.has(name));
	const added = [...now.keys()].filter((name) => !before.has(name) && name !== MACHINE);
	return [
		...gone.map((name) => event(name, `The cgroup ${name} is gone.`)),
		...added.map((name) => event(name, newCgroupText(name, now))),
		...[...now].flatMap(([name, uses]) => {
			const text = newLimitsText(name, before.get(name), uses);
			return text === "" ? [] : [event(name, text)];
		}),
		...[...now].flatMap(([name, uses]) =>
			RESOURCES.filter((resource) => wasLimitReached(name, resource, before, now)).map((resource) =>
				event(name, limitReachedText(name, resource, uses[resource]?.limit ?? null), resource, LABELS[resource]),
			),
		),
	];
}

function newCgroupText(name: string, now: UsesByCgroup): string {
	const empty = RESOURCES.every((resource) => now.get(name)?.[resource] === undefined);
	return `There is a new cgroup, ${name}${empty ? "; its parent enables no controller for it, so it can have no limits" : ""}.`;
}

// `before` is undefined for a new cgroup, which may already have limits.
function newLimitsText(name: string, before: CgroupUse | undefined, now: CgroupUse): string {
	if (name === MACHINE) return "";
	const limits = RESOURCES.flatMap((resource) => {
		const [previous, current] = [before?.[resource]?.limit ?? null, now[resource]?.limit ?? null];
		return current === null || current === previous ? [] : [amountOf(resource, current)];
	});
	return limits.length === 0 ? "" : `The cgroup ${name} may use at most ${listed(limits)}.`;
}

function wasLimitReached(name: string, resource: Resource, before: UsesByCgroup, now: UsesByCgroup): boolean {
	const grown = (path: string) => {
		const [previous, current] = [before.get(path)?.[resource], now.get(path)?.[resource]];
		return current === undefined
			? 0
			: current.timesReached - (previous?.timesReached ?? (path === MACHINE ? current.timesReached : 0));
	};
	const others = [...now.keys()].filter((path) => path !== MACHINE);
	// The machine's count includes the processes that were killed in cgroups.
	if (name === MACHINE) return grown(MACHINE) > Math.max(0, ...others.map(grown));
	// A cgroup's count of killed processes includes those of the cgroups below it. Of the cgroups on one path whose counts
	// have grown, only the innermost is reported.
	return grown(name) > 0 && !others.some((path) => path.startsWith(`${name}/`) && grown(path) > 0);
}

function limitReachedText(name: string, resource: Resource, limit: number | null): string {
	// The limit was that of a cgroup above, or the machine's memory had run out.
	if (limit === null && resource === "memory") return `The kernel has killed a process of ${name}: memory had run out.`;
	const limitText = limit === null ? "its limit" : `its limit of ${amountOf(resource, limit)}`;
	if (name === MACHINE)
		return `The kernel has killed a process: all ${amountOf(resource, limit ?? 0)} of the machine's memory were in use.`;
	if (resource === "memory") return `The kernel has killed a process: its cgroup has reached ${limitText}.`;
	if (resource === "processes") return `The kernel has refused a fork: its cgroup has reached ${limitText}.`;
	return `The kernel makes ${name} wait: it has reached ${limitText}.`;
}
