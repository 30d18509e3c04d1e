import { expect, test } from "vitest";
import { answersOf } from "../../../../harness/live/views/answers.ts";
import { answersInWords } from "../../../../harness/live/views/answers-in-words.ts";
import { type RecordedViewName, shellIn, viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";

const answer = async (name: RecordedViewName, question: string) =>
	answersOf(await viewsUpTo(name)).answers.find((one) => one.question === question);

test("a hostname of its own differs, and is marked as just changed", async () => {
	expect(await answer("shells", "hostname")).toMatchObject({ differs: false, changed: [] });
	expect(await answer("hostname web-1", "hostname")).toMatchObject({
		host: "harbour",
		container: "web-1",
		differs: true,
		changed: ["container"],
	});
});

test("without a shell, there are no answers and no changes", async () => {
	const { answers, processes, latestChange } = answersOf(await viewsUpTo("no shell"));
	expect(answers.every(({ host, container, differs }) => host === "–" && container === "–" && !differs)).toBe(true);
	expect([processes.host, latestChange]).toEqual(["–", ""]);
	expect(answersOf(await viewsUpTo("shells")).latestChange).toBe("");
	expect(answersOf([]).answers).toEqual([]);
});

test.each<[RecordedViewName, string, string, string]>([
	["unshare --uts --ipc", "namespaces", "the host's", "own uts and ipc"],
	["unshare --pid --fork --mount-proc", "processes", "all 10 of the host", "1, its own"],
	["pivot_root", "processes", "all 9 of the host", "no /proc"],
	["pivot_root", "mounts", "10, / is tmpfs", "1, / is tmpfs /lab/rootfs"],
	["host: unshare --user --net", "addresses", "none", "127.0.0.1/8"],
	["host: unshare --user --net", "user", "uid 0, 41 capabilities, only inside", "uid 0, 41 capabilities"],
])("after %s, asked for its %s: %s | %s", async (name, question, host, container) => {
	expect(await answer(name, question)).toMatchObject({ host, container, differs: true });
});

test("a process in a PID namespace is shown with both its pids", async () => {
	expect(answersOf(await viewsUpTo("unshare --pid --fork --mount-proc")).processes).toEqual({
		host: "bash, pid 88",
		container: "sh, pid 1 (host: 92)",
	});
});

test.each<[RecordedViewName, string]>([
	["unshare --uts --ipc", "The container's shell is in namespaces of its own: uts and ipc."],
	["hostname web-1", "The container's shell has a hostname of its own: web-1."],
	["exit", "The container's shell sees all processes of the host, and it sees 10 mounts instead of 11."],
	["mount /mnt", "Each shell sees 11 mounts instead of 10."],
	["host: lo up", "The host's shell has the address 127.0.0.1/8."],
])("after %s the latest change is: %s", async (name, latestChange) => {
	expect(answersOf(await viewsUpTo(name)).latestChange).toBe(latestChange);
});

test("a command that changes nothing leaves the latest change as it was", async () => {
	const named = await viewsUpTo("hostname web-1");
	const running = withChangedView(named, (view) => {
		shellIn(view, "host").listens = false;
		shellIn(view, "host").procPids?.push(120);
		view.host.tasks.push({ pid: 120, startTicks: 900, ppid: 88, comm: "ls", state: "R", nsPids: [120] });
	});
	for (const past of [running, [...running, ...named.slice(-1)]]) {
		expect(answersOf(past).latestChange).toMatch(/a hostname of its own: web-1/);
		expect(answersOf(past).answers.flatMap(({ changed }) => changed)).toEqual(["container"]);
	}
});

test("at the end of a command, everything that it changed is marked, not only the last change", async () => {
	const before = await viewsUpTo("shells");
	const half = withChangedView(before, (view) => {
		shellIn(view, "container").hostname = "web-1";
		shellIn(view, "container").listens = false;
	});
	const end = withChangedView(half, (view) => {
		shellIn(view, "container").links = [];
		shellIn(view, "container").listens = true;
	});
	const changed = answersOf(end).answers.filter((one) => one.changed.length > 0);
	expect(changed.map(({ question }) => question)).toEqual(["hostname", "addresses"]);
});

test("a process that ended while it was read is shown as it was before", async () => {
	const past = withChangedView(await viewsUpTo("hostname web-1"), (view) => {
		view.shells["container"] = null;
	});
	expect(answersOf(past).answers.find(({ question }) => question === "hostname")).toMatchObject({ container: "web-1" });
});

test("another user without capabilities is reported", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		const container = shellIn(view, "container");
		container.credentials = {
			...container.credentials,
			uids: [1000, 1000, 1000, 1000],
			gids: [],
			groups: [],
			capabilities: "0",
			boundingSet: "0",
		};
	});
	expect(answersOf(past).latestChange).toBe("The container's shell is uid 1000 with no capabilities.");
});

test("another user is told first, before what the container is kept apart from, and of the other shell only one thing", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		const [host, container] = [shellIn(view, "host"), shellIn(view, "container")];
		container.hostname = "web-1";
		container.namespaces["uts"] = "uts:[1]";
		container.procPids = [1, 2];
		container.credentials = { ...container.credentials, uids: [999, 999, 999, 999], capabilities: "0" };
		host.mounts = host.mounts.slice(0, -1);
		host.links = [{ name: "lo", up: true, addresses: ["127.0.0.1/8", "10.88.0.1/24"] }];
	});
	expect(answersOf(past).latestChange).toBe(
		"The container's shell is uid 999 with no capabilities, and it has a hostname of its own: web-1. The host's shell sees 9 mounts instead of 10.",
	);
	const { answers, changedFirst } = answersOf(past);
	expect(changedFirst).toEqual({ question: "user", shell: "container" });
	expect(answers.find(({ question }) => question === "addresses")?.host).toBe("127.0.0.1/8 and 10.88.0.1/24");
});

test("while the host's shell talks to a container, its answers are that container's", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		Object.assign(shellIn(view, "host").namespaces, { mnt: "mnt:[1]", uts: "uts:[1]" });
		shellIn(view, "host").hostname = "web-1";
	});
	const picture = answersOf(past);
	expect(picture.latestChange).toMatch(/^The container in the host's shell has a hostname of its own: web-1/);
	expect(answersInWords(picture)[0]).toBe(
		"hostname: web-1 for the container in the host's shell; harbour for the container's shell",
	);
});
