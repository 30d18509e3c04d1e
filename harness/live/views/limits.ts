import type { KernelState } from "../events.ts";
import { amountOf, type LimitEvent, limitEventsOf } from "./limit-events.ts";
import type { Past, Picture } from "./past.ts";
import {
	bytesText,
	cpusText,
	MACHINE,
	RESOURCES,
	type Resource,
	type ResourceUse,
	usesByCgroup,
} from "./resource-use.ts";

/** How much of the past is shown. */
const SHOWN_MS = 30_000;
const CGROUPS_MAX = 3;

/** One resource of one cgroup, over time. */
export interface Chart {
	resource: Resource;
	/** What is used now, such as "20 MiB of 32 MiB now". */
	amountText: string;
	/** The most that was used in the time that is shown, such as "up to 32 MiB before"; empty if that is about what is used now. */
	mostText: string;
	/** What the kernel did at the limit, and when, such as "killed 12 s ago"; empty if it did nothing. */
	eventText: string;
	/** The value at the chart's upper edge. All values are in bytes, processes or processors. */
	top: number;
	/** Null for no limit. */
	limit: number | null;
	/** A value holds until the next point. */
	points: { atMs: number; value: number }[];
	events: LimitEvent[];
}

/** What one cgroup, or the whole machine, uses. */
export interface CgroupCharts {
	/** Its path; or "the whole machine". */
	name: string;
	/** The chart of memory, and those of all limited resources; empty for a cgroup without controllers. */
	charts: Chart[];
}

export interface LimitsPicture extends Picture {
	/** The time that the charts show, in milliseconds since the demo's beginning. */
	fromMs: number;
	toMs: number;
	groups: CgroupCharts[];
	/**
	 * The cgroup and the resource that the sentence on the latest change is about; null for none. `resource` is null if
	 * the sentence is about the cgroup as a whole.
	 */
	changed: { group: string; resource: Resource | null } | null;
}

/** How much of each resource is used, what its limit is, and what the kernel did when the limit was reached. */
export function limitsOf(past: Past): LimitsPicture {
	const last = past.at(-1);
	if (last === undefined) return { latestChange: "", fromMs: 0, toMs: 0, groups: [], changed: null };
	const marks = limitEventsOf(past);
	const toMs = last.atMs;
	const fromMs = Math.max(past[0]?.atMs ?? 0, toMs - SHOWN_MS);
	const names = [...usesByCgroup(last.view).keys()];
	// The cgroups come first, and the machine last.
	const shown = names.filter((name) => name !== MACHINE).slice(-CGROUPS_MAX);
	const groups = [...shown, ...names.filter((name) => name === MACHINE)].map((name) => ({
		name,
		charts: RESOURCES.flatMap((resource) => chartOf(past, name, resource, { fromMs, toMs }, marks) ?? []),
	}));
	const latest = marks.at(-1);
	const changed = latest === undefined ? null : { group: latest.group, resource: latest.resource };
	return { latestChange: latest?.text ?? "", changedAtMs: latest?.atMs, fromMs, toMs, groups, changed };
}

function chartOf(
	past: Past,
	name: string,
	resource: Resource,
	{ fromMs, toMs }: Pick<LimitsPicture, "fromMs" | "toMs">,
	marks: LimitEvent[],
): Chart | null {
	const uses = past.flatMap(({ atMs, view }) => useIn(view, name, resource, atMs));
	const now = uses.at(-1);
	if (now === undefined) return null;
	const points = pointsOf(resource, uses);
	const from = points.findLastIndex(({ atMs }) => atMs <= fromMs);
	const shown = points.slice(Math.max(0, from)).map(({ atMs, value }) => ({ atMs: Math.max(atMs, fromMs), value }));
	const { limit } = now;
	// A resource without a limit is not shown, except memory, because the machine's memory limits every cgroup's memory.
	if (limit === null && resource !== "memory") return null;
	const largest = Math.max(...shown.map(({ value }) => value), limit ?? 0);
	const [used, most] = [shown.at(-1)?.value ?? 0, Math.max(...shown.map(({ value }) => value), 0)];
	const events = marks.filter((mark) => mark.group === name && mark.resource === resource && mark.atMs >= fromMs);
	return {
		resource,
		amountText: amount(resource, used, limit),
		mostText:
			amountText(resource, most) === amountText(resource, used) ? "" : `up to ${amountText(resource, most)} before`,
		eventText: eventTextOf(events, toMs),
		top: largest === 0 ? 1 : largest * 1.2,
		limit,
		points: shown,
		events,
	};
}

function useIn(view: KernelState, name: string, resource: Resource, atMs: number): (ResourceUse & { atMs: number })[] {
	const use = usesByCgroup(view).get(name)?.[resource];
	return use === undefined ? [] : [{ ...use, atMs }];
}

// The kernel counts the processor time that was used. The chart shows how many processors were in use at a time.
function pointsOf(resource: Resource, uses: readonly (ResourceUse & { atMs: number })[]): Chart["points"] {
	if (resource !== "cpu") return uses.flatMap((use, index) => [...peakBefore(use, uses[index - 1]), point(use)]);
	const rates = uses.slice(1).map((use, index) => {
		const before = uses[index] ?? use;
		const tookMs = Math.max(1, use.atMs - before.atMs);
		return { atMs: before.atMs, value: Math.max(0, use.used - before.used) / 1_000 / tookMs };
	});
	const end = uses.at(-1);
	return end === undefined ? [] : [...rates, { atMs: end.atMs, value: rates.at(-1)?.value ?? 0 }];
}

const point = ({ atMs, used }: ResourceUse & { atMs: number }) => ({ atMs, value: used });

// More may have been used between two views than at either. The kernel keeps the highest amount.
function peakBefore(
	use: ResourceUse & { atMs: number },
	before: (ResourceUse & { atMs: number }) | undefined,
): Chart["points"] {
	const { peak = 0, used, atMs } = use;
	if (before === undefined || peak <= (before.peak ?? 0) || peak <= used) return [];
	return [{ atMs: (before.atMs + atMs) / 2, value: peak }];
}

const amountText = (resource: Resource, value: number): string =>
	resource === "memory" ? bytesText(value) : resource === "cpu" ? cpusText(value) : String(value);

function amount(resource: Resource, value: number, limit: number | null): string {
	const text = amountText(resource, value);
	if (limit === null) return `${text} now, no limit`;
	return `${text} of ${resource === "processes" ? limit : amountOf(resource, limit)} now`;
}

/** "killed just now", "killed 12 s ago", "killed twice, last 12 s ago", "killed 3 times, last 12 s ago". */
function eventTextOf(events: readonly LimitEvent[], toMs: number): string {
	const last = events.at(-1);
	if (last === undefined) return "";
	const seconds = Math.round((toMs - last.atMs) / 1_000);
	const when = seconds === 0 ? "just now" : `${seconds} s ago`;
	if (events.length === 1) return `${last.label} ${when}`;
	return `${last.label} ${events.length === 2 ? "twice" : `${events.length} times`}, last ${when}`;
}
