import { expect, test } from "vitest";
import { mountsOf } from "../../../../harness/live/views/mounts.ts";
import { type RecordedViewName, shellIn, viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";

/** The mount table that the container's shell sees. */
const inside = async (name: RecordedViewName) =>
	mountsOf(await viewsUpTo(name)).tables.find(({ of }) => of.includes("container")) ?? expect.fail("no table");

test("processes that see the same mounts share one table", async () => {
	expect(mountsOf(await viewsUpTo("shells")).tables.map(({ of }) => of)).toEqual([["init", "host", "container"]]);
	expect(mountsOf(await viewsUpTo("pivot_root")).tables.map(({ of }) => of)).toEqual([["init", "host"], ["container"]]);
});

test("the tree: a mount below the root has its whole path, a mount below another one the rest of its path", async () => {
	const rows = (await inside("shells")).rows.map(({ name, depth }) => `${"  ".repeat(depth)}${name}`);
	expect(rows.slice(0, 5)).toEqual(["/", "  /dev", "    mqueue", "    pts", "    shm"]);
});

test.each<[RecordedViewName, string, number]>([
	["unshare --mount, shared", "shared", 10],
	["make-rslave", "slave", 0],
	["unshare --pid --fork --mount-proc", "private", 0],
	["shells", "shared", 0],
])("after %s its mounts are %s, and %d of them leak", async (name, propagation, leaking) => {
	const table = await inside(name);
	expect(table.propagation).toBe(propagation);
	expect(table.rows.filter(({ leaks }) => leaks)).toHaveLength(leaking);
});

test("a mount in a shared table is new on both sides", async () => {
	const { tables, latestChange } = mountsOf(await viewsUpTo("mount /mnt"));
	expect(tables).toHaveLength(2);
	for (const { rows } of tables)
		expect(rows.filter(({ change }) => change !== "")).toMatchObject([{ name: "/mnt", change: "new" }]);
	expect(latestChange).toBe(
		"The container's shell now has a new mount on /mnt; the same has happened on the host, because the mounts are shared.",
	);
});

test("pivot_root: one mount has moved to the root, ten are gone", async () => {
	const { rows, gone } = await inside("pivot_root");
	expect(rows).toMatchObject([{ name: "/", content: "/lab/rootfs of a tmpfs", change: "was /lab/rootfs" }]);
	expect(gone).toHaveLength(10);
	expect(gone).toContain("/sys/fs/cgroup");
});

test.each<[RecordedViewName, string]>([
	["shells", ""],
	["hostname web-1", ""],
	[
		"unshare --pid --fork --mount-proc",
		"The container's shell now has its own copy of the mount table; all its mounts are private.",
	],
	["exit", "The container's shell is back in the host's mount namespace."],
	["bind /lab/rootfs", "The container's shell now has a new mount on /lab/rootfs."],
	["pivot_root", "The container's shell now has another root, /lab/rootfs of a tmpfs; 10 of its mounts are gone."],
])("after %s the latest change is: %s", async (name, latestChange) => {
	expect(mountsOf(await viewsUpTo(name)).latestChange).toBe(latestChange);
});

test("a copy that is still shared is reported with its consequence", async () => {
	expect(mountsOf(await viewsUpTo("unshare --mount, shared")).latestChange).toMatch(
		/a new mount on one side appears on both/,
	);
});

test("another propagation is reported", async () => {
	const past = withChangedView(await viewsUpTo("unshare --mount, shared"), (view) => {
		for (const mount of shellIn(view, "container").mounts) mount.propagation = [];
	});
	expect(mountsOf(past).latestChange).toBe(
		"The container's shell has 10 mounts that are private now, no longer shared.",
	);
});

test("a mount that has become read-only is reported, and shown as such", async () => {
	const past = withChangedView(await viewsUpTo("bind /lab/rootfs"), (view) => {
		const bound = shellIn(view, "container").mounts.find(({ mountPoint }) => mountPoint === "/lab/rootfs");
		if (bound !== undefined) bound.flags = "ro,relatime";
	});
	const { tables, latestChange } = mountsOf(past);
	expect(latestChange).toBe("The container's shell has a mount on /lab/rootfs that is read-only now.");
	const rows = tables.find(({ of }) => of.includes("container"))?.rows.filter(({ change }) => change !== "");
	expect(rows).toMatchObject([{ name: "/lab/rootfs", readOnly: true, change: "now read-only" }]);
});

test("a mount that was moved is reported with both places", async () => {
	const past = withChangedView(await viewsUpTo("bind /lab/rootfs"), (view) => {
		const mounts = shellIn(view, "container").mounts;
		mounts.push({ ...(mounts.at(-1) as (typeof mounts)[number]), id: 4711, mountPoint: "/old" });
	});
	const moved = withChangedView(past, (view) => {
		const [mount] = shellIn(view, "container").mounts.filter(({ id }) => id === 4711);
		if (mount !== undefined) mount.mountPoint = "/new";
	});
	expect(mountsOf(moved).latestChange).toBe("The container's shell has moved a mount from /old to /new.");
});

test("a root that is no mount point shows no mount", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		shellIn(view, "host").mounts = [];
	});
	const { tables, latestChange } = mountsOf(past);
	expect(latestChange).toBe("The host's shell now sees no mount, because its root is not a mount point.");
	expect(tables.find(({ of }) => of.includes("host"))?.rows).toEqual([]);
});

test("a mount on top of another mount is marked", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		const { mounts } = view.host;
		const proc = mounts.find(({ mountPoint }) => mountPoint === "/proc");
		if (proc !== undefined) mounts.push({ ...proc, id: 99, parentId: proc.id, device: "0:99" });
	});
	const rows = mountsOf(past).tables.find(({ of }) => of.includes("init"))?.rows;
	expect(rows?.find(({ change }) => change === "new")?.name).toBe("/proc (over it)");
});
