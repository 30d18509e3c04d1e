import { expect, test } from "vitest";
import type { KernelState } from "../../../../harness/live/events.ts";
import type { Past } from "../../../../harness/live/views/past.ts";
import { type ProcessRow, processesOf } from "../../../../harness/live/views/processes.ts";
import { type RecordedViewName, viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";

const rowsOf = async (name: RecordedViewName) => processesOf(await viewsUpTo(name)).rows;
const outline = (rows: readonly ProcessRow[]) => rows.map(({ name, depth }) => `${"  ".repeat(depth)}${name}`);

test("a process that was always there and belongs to neither shell is only listed by name", async () => {
	const { rows, unchanged } = processesOf(await viewsUpTo("shells"));
	expect(outline(rows)).toEqual(["busybox", "bash", "bash"]);
	expect(rows.map(({ ofShell }) => ofShell)).toEqual([null, "host", "container"]);
	expect(unchanged).toEqual(["node", "node", "node", "node"]);
});

test("each process has the host's number and its own", async () => {
	const rows = await rowsOf("unshare --pid --fork --mount-proc");
	const inside = rows.find(({ name, innerPids }) => name === "sh" && innerPids.length > 0);
	expect(inside).toMatchObject({
		pids: [92],
		innerPids: [1],
		isPid1: true,
		change: "new",
		ofShell: "container",
		isShell: false,
	});
	expect(outline(rows)).toEqual(["busybox", "bash", "bash", "  sh", "    unshare", "      sh"]);
	expect(rows.filter(({ isPid1 }) => isPid1).map(({ pids }) => pids)).toEqual([[1], [92]]);
});

test("a zombie is marked, under the pid 1 that does not wait for it", async () => {
	const rows = await rowsOf("three sleeps and a zombie");
	expect(rows.filter(({ zombie }) => zombie).map(({ name }) => name)).toEqual(["sleep"]);
});

test("when pid 1 ends, all processes of its namespace end, and are shown once more as ended", async () => {
	const { rows, latestChange } = processesOf(await viewsUpTo("exit"));
	expect(latestChange).toBe("sh, pid 1 of its namespace, has ended, and 4 processes with it.");
	const ended = rows.filter(({ change }) => change === "ended");
	expect(ended.map(({ name }) => name).sort()).toEqual(["sh", "sleep", "sleep", "sleep", "sleep", "unshare"]);
});

test("many equal processes become one row", async () => {
	const rows = await rowsOf("host: 17 sleeps");
	const many = rows.find(({ pids }) => pids.length > 3);
	expect(many).toMatchObject({ name: "sleep", change: "new", innerPids: [] });
	expect(rows.length).toBeLessThan(12);
});

test.each<[RecordedViewName, string]>([
	["shells", ""],
	["unshare --uts --ipc", "sh (pid 89) has started."],
	["host: pkill", "16 processes (sleep) have ended, and their parents have not waited for them: zombies."],
])("after %s the latest change is: %s", async (name, latestChange) => {
	expect(processesOf(await viewsUpTo(name)).latestChange).toBe(latestChange);
});

test("execve and a new parent are reported", async () => {
	const past = await viewsUpTo("three sleeps and a zombie");
	const become = withChangedView(past, ({ host }) => {
		for (const task of host.tasks) if (task.pid === 92) task.comm = "cat";
	});
	expect(processesOf(become).latestChange).toBe("pid 92 was sh, and is cat now.");
	const orphaned = withChangedView(past, ({ host }) => {
		for (const task of host.tasks) if (task.pid === 92) task.ppid = 1;
	});
	expect(processesOf(orphaned).latestChange).toBe("sh (pid 92) has lost its parent; its new parent is pid 1.");
});

test("that a zombie is still there is told rather than that a command has ended", async () => {
	const withZombie = await viewsUpTo("three sleeps and a zombie");
	const started = withChangedView(withZombie, ({ host, shells }) => {
		if (shells["host"]) shells["host"].listens = false;
		const [shell] = host.tasks.filter(({ pid }) => pid === shells["host"]?.pid);
		if (shell !== undefined)
			host.tasks.push({ ...shell, pid: 500, ppid: shell.pid, nsPids: [500], comm: "ps", startTicks: 99_999 });
	});
	expect(processesOf(started).latestChange).toBe("ps (pid 500) has started.");
	const ended = withChangedView(started, ({ host }) => {
		host.tasks = host.tasks.filter(({ pid }) => pid !== 500);
	});
	expect(processesOf(ended).latestChange).toMatch(/^sleep \(pid \d+\) is still a zombie: .* has not waited for it\.$/);
});

test("a process that runs at one moment and sleeps at the next has not changed", async () => {
	const past = withChangedView(await viewsUpTo("unshare --uts --ipc"), ({ host }) => {
		for (const task of host.tasks) task.state = "R";
	});
	expect(processesOf(past).latestChange).toBe("sh (pid 89) has started.");
});

/** Adds a command of the host's shell that comes and goes, and perhaps changes something. */
function withCommand(past: Past, change: (view: KernelState) => void = () => {}): Past {
	const started = withChangedView(past, ({ host, shells }) => {
		if (shells["host"]) shells["host"].listens = false;
		const [shell] = host.tasks.filter(({ pid }) => pid === shells["host"]?.pid);
		if (shell !== undefined)
			host.tasks.push({ ...shell, pid: 500, ppid: shell.pid, nsPids: [500], comm: "ls", startTicks: 99_999 });
	});
	return withChangedView(started, (view) => {
		view.host.tasks = view.host.tasks.filter(({ pid }) => pid !== 500);
		if (view.shells["host"]) view.shells["host"].listens = true;
		change(view);
	});
}

test("a process that is still there is told rather than a command that has ended", async () => {
	const past = withChangedView(await viewsUpTo("unshare --uts --ipc"), ({ shells }) => {
		for (const shell of Object.values(shells)) if (shell !== null) shell.listens = true;
	});
	const before = processesOf(past);
	const listed = processesOf(withCommand(past));
	expect([listed.latestChange, listed.changedRow]).toEqual([before.latestChange, before.changedRow]);
	expect(listed.changedAtMs).toBe(past.at(-1)?.atMs);
	const withSleep = withCommand(past, ({ host }) => {
		const [first] = host.tasks.filter(({ pid }) => pid === 88);
		if (first) host.tasks.push({ ...first, pid: 501, ppid: 88, nsPids: [501], comm: "sleep", startTicks: 100_000 });
	});
	expect(processesOf(withSleep).latestChange).toBe("sleep (pid 501) has started.");
	// Nothing else has ever changed.
	expect(processesOf(withCommand(await viewsUpTo("shells"))).latestChange).toBe("ls (pid 500) has ended.");
});
