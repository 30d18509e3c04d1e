import { expect, test } from "vitest";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { limitsInWords } from "../../../../harness/live/views/limits-in-words.ts";
import { latestChanges, limitsSeen, plainView } from "../../../support/recorded-demos.ts";

const NAME = "/box/web-1";
const demo = limitsSeen("limits");

test("lesson 06's demo: the latest changes are what the kernel does, not every change of memory use", () => {
	expect(latestChanges(limitsOf, demo)).toEqual([
		"The kernel has killed a process: all 465 MiB of the machine's memory were in use.",
		"There is a new cgroup, /box/web-1; its parent enables no controller for it, so it can have no limits.",
		"The cgroup /box/web-1 may use at most 32 MiB and 10 processes.",
		"The kernel has killed a process: its cgroup has reached its limit of 32 MiB.",
		"The kernel has refused a fork: its cgroup has reached its limit of 10 processes.",
		"The cgroup /box/web-1 is gone.",
	]);
});

test("a cgroup without controllers has no charts; one with limits has a chart for each, and each event is in the right one", () => {
	const charts = (past: typeof demo) => limitsOf(past).groups.find(({ name }) => name === NAME)?.charts;
	const bare = demo.findIndex(({ view }) => view.host.limits[NAME]);
	expect(charts(demo.slice(0, bare + 1))).toEqual([]);
	const last = demo.findLastIndex(({ view }) => view.host.limits[NAME]);
	const marked = charts(demo.slice(0, last + 1))?.map(({ resource, limit, events }) => [
		...[resource, limit],
		...events.map(({ label }) => label),
	]);
	expect(marked).toEqual([
		["memory", 32 * 2 ** 20, "killed"],
		["processes", 10, "fork refused"],
	]);
});

test("the peak between two readings is in the chart, because the kernel remembers it", () => {
	const killed = demo.findIndex(({ view }) => view.host.limits[NAME]?.["memory.events"]?.includes("oom_kill 1"));
	const [chart] = limitsOf(demo.slice(0, killed + 1)).groups[0]?.charts ?? [];
	const most = Math.max(...(chart?.points.map(({ value }) => value) ?? []));
	expect(most).toBe(32 * 2 ** 20);
	expect(chart?.top).toBeGreaterThan(most);
	expect(chart?.amountText).toMatch(/ of 32 MiB now$/);
	const times = chart?.points.map(({ atMs }) => atMs) ?? [];
	expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test("the number is of now, and what was before and when a process was killed is said beside it", () => {
	const killed = demo.findIndex(({ view }) => view.host.limits[NAME]?.["memory.events"]?.includes("oom_kill 1"));
	const chartAt = (past: typeof demo) => limitsOf(past).groups[0]?.charts.find(({ resource }) => resource === "memory");
	const seen = demo.slice(0, killed + 1);
	expect(chartAt(seen)).toMatchObject({ mostText: "up to 32 MiB before", eventText: "killed just now" });
	const last = seen.at(-1);
	const later = last === undefined ? [] : [{ ...last, atMs: last.atMs + 12_000 }];
	expect(chartAt([...seen, ...later])?.eventText).toBe("killed 12 s ago");
	expect(limitsOf([...seen, ...later]).changedAtMs).toBe(last?.atMs);
	expect(limitsInWords(limitsOf([...seen, ...later])).join("\n")).toMatch(
		/memory: .* of 32 MiB now; up to 32 MiB before; killed 12 s ago/,
	);
});

test("a cgroup that has to wait is reported once, and its chart shows processors at a time", () => {
	const slow = limitsSeen("slow");
	expect(latestChanges(limitsOf, slow)).toEqual([
		"The kernel makes /box/slow wait: it has reached its limit of 0.2 CPUs.",
	]);
	const cpu = limitsOf(slow).groups[0]?.charts.find(({ resource }) => resource === "cpu");
	expect(cpu?.limit).toBe(0.2);
	expect(cpu?.events).toHaveLength(1);
	const busy = cpu?.points.filter(({ value }) => value > 0.1 && value < 0.4) ?? [];
	expect(busy.length).toBeGreaterThan(5);
});

test("the inner one of two nested cgroups is reported", () => {
	const files = (killed: number) => ({
		...{ "memory.current": "4096", "memory.max": "8388608", "memory.events": `oom_kill ${killed}` },
	});
	const past = [0, 1].map((killed) => ({
		atMs: killed * 1_000,
		view: {
			...plainView,
			host: {
				...plainView.host,
				limits: { "/a": { ...files(killed), "memory.max": "max" }, "/a/b": files(killed) },
				memory: { usedBytes: 1, totalBytes: 2 },
				oomKills: killed,
			},
		},
	}));
	expect(limitsOf(past).latestChange).toBe(
		"The kernel has killed a process: its cgroup has reached its limit of 8 MiB.",
	);
});

test("an older recording shows the cgroup that a shell is in", () => {
	const container = plainView.shells["container"];
	if (container == null) throw new Error("no container");
	const cgroupFiles = { "memory.current": "1048576", "memory.max": "2097152" };
	const shells = { ...plainView.shells, container: { ...container, cgroup: "0::/box/old", cgroupFiles } };
	const { groups, latestChange } = limitsOf([{ atMs: 0, view: { ...plainView, shells } }]);
	expect(groups.map(({ name, charts }) => [name, charts[0]?.amountText])).toEqual([["/box/old", "1 MiB of 2 MiB now"]]);
	expect(latestChange).toBe("");
	expect(limitsOf([{ atMs: 0, view: plainView }]).groups).toEqual([]);
	expect(limitsOf([])).toMatchObject({ groups: [], latestChange: "" });
});
