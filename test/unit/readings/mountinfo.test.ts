import { expect, test } from "vitest";
import { parseMountinfo } from "../../../harness/readings/guest/mountinfo.ts";

const only = (line: string) => parseMountinfo(`${line}\n`)[0];

test("every field of a line is read", () => {
	expect(only("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue")).toEqual({
		id: 36,
		parentId: 35,
		device: "98:0",
		root: "/mnt1",
		mountPoint: "/mnt2",
		flags: "rw,noatime",
		propagation: ["master:1"],
		fstype: "ext3",
		source: "/dev/root",
		options: "rw,errors=continue",
	});
});

test.each([
	["none", "1 1 0:1 / / rw - rootfs rootfs rw", []],
	["one", "23 1 0:23 / / rw,relatime shared:1 - tmpfs tmpfs rw", ["shared:1"]],
	[
		"three",
		"77 61 0:23 / /x rw master:1 propagate_from:2 unbindable - tmpfs t rw",
		["master:1", "propagate_from:2", "unbindable"],
	],
])("optional fields: %s", (_count, line, propagation) => {
	expect(only(line)).toMatchObject({ propagation, fstype: line.includes("rootfs") ? "rootfs" : "tmpfs" });
});

test("space, tab, newline and backslash are unescaped in paths and in the source", () => {
	const line = String.raw`40 23 0:40 /a\040b /tab\011new\012line\134040 rw - tmpfs my\040disk rw`;
	expect(only(line)).toMatchObject({ root: "/a b", mountPoint: "/tab\tnew\nline\\040", source: "my disk" });
});

test("a name in UTF-8 stays unchanged", () => {
	expect(only("40 23 0:40 / /tmp/größe rw - tmpfs t rw")?.mountPoint).toBe("/tmp/größe");
});

test("an overlay's options do not run into its type and source", () => {
	const line = "90 23 0:44 / /lab/merged rw shared:9 - overlay overlay rw,lowerdir=/l-1,upperdir=/u,workdir=/w";
	expect(only(line)).toMatchObject({ fstype: "overlay", source: "overlay", propagation: ["shared:9"] });
});

test("lines keep their order, in which a later mount covers an earlier one", () => {
	const table = "1 0 0:1 / / rw - tmpfs a rw\n2 1 0:2 / / rw - tmpfs b rw\n";
	expect(parseMountinfo(table).map(({ source }) => source)).toEqual(["a", "b"]);
});

test("an empty table has no mounts", () => {
	expect(parseMountinfo("")).toEqual([]);
});
