import { expect, test } from "vitest";
import { namespacesOf } from "../../../../harness/live/views/namespaces.ts";
import { type RecordedViewName, shellIn, viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";

/** For each kind of namespace, the letters of init, the host's shell and the container's shell. */
async function letters(name: RecordedViewName): Promise<Record<string, string>> {
	const { kinds } = namespacesOf(await viewsUpTo(name));
	return Object.fromEntries(
		kinds.map(({ kind, cells }) => [
			kind,
			[cells.init, cells.host, cells.container].map((cell) => cell?.letter).join(""),
		]),
	);
}

test("processes in the same namespace have the same letter", async () => {
	expect(await letters("shells")).toEqual(
		Object.fromEntries(["uts", "ipc", "mnt", "pid", "cgroup", "net", "user", "time"].map((kind) => [kind, "AAA"])),
	);
	expect(await letters("unshare --pid --fork --mount-proc")).toMatchObject({
		uts: "AAB",
		mnt: "AAB",
		pid: "AAB",
		net: "AAA",
	});
	// The kernel has reused the freed number for the new pid namespace, so the view cannot tell them apart.
	expect(await letters("unshare --mount, shared")).toMatchObject({ pid: "AAA", mnt: "AAB" });
	expect(await letters("host: unshare --user --net")).toMatchObject({ uts: "AAB", user: "ABA", net: "ABA" });
});

test("a cell that has just changed says so", async () => {
	const { kinds } = namespacesOf(await viewsUpTo("unshare --uts --ipc"));
	const cell = (kind: string) => kinds.find((one) => one.kind === kind)?.cells.container;
	expect(cell("uts")).toMatchObject({ letter: "B", own: true, changed: true });
	expect(cell("net")).toMatchObject({ letter: "A", own: false, changed: false });
	const later = namespacesOf(withChangedView(await viewsUpTo("unshare --uts --ipc"), () => {}));
	expect(later.kinds[0]?.cells.container).toMatchObject({ changed: true });
});

test.each<[RecordedViewName, string]>([
	["shells", ""],
	[
		"unshare --uts --ipc",
		"The container's shell now has uts and ipc namespaces of its own (hostname and message queues).",
	],
	["hostname web-1", "The container's shell now has uts and ipc namespaces of its own (hostname and message queues)."],
	["exit", "The container's shell is back in the host's mnt and pid namespaces."],
	["host: unshare --user --net", "The host's shell now has cgroup, net, user and time namespaces of its own."],
])("after %s the latest change is: %s", async (name, latestChange) => {
	expect(namespacesOf(await viewsUpTo(name)).latestChange).toBe(latestChange);
});

test("a single new namespace is named with an article", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		shellIn(view, "host").namespaces["ipc"] = "ipc:[1]";
	});
	expect(namespacesOf(past).latestChange).toBe(
		"The host's shell now has an ipc namespace of its own (message queues).",
	);
});

test("a shell that joins the other one's namespace is reported", async () => {
	const past = withChangedView(await viewsUpTo("hostname web-1"), (view) => {
		const { uts = "" } = shellIn(view, "container").namespaces;
		shellIn(view, "host").namespaces["uts"] = uts;
	});
	expect(namespacesOf(past).latestChange).toBe(
		"The host's shell is in the same uts namespace as the container's shell now.",
	);
});

test("unshare --pid without a fork: the namespace is for the children", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		shellIn(view, "container").namespaces["pid_for_children"] = "pid:[1]";
	});
	const { kinds, latestChange } = namespacesOf(past);
	expect(kinds.find(({ kind }) => kind === "pid")?.cells.container).toMatchObject({ letter: "A", forChildren: "B" });
	expect(latestChange).toBe("The container's shell has not moved; its children will be in a new pid namespace.");
});
