import { expect, test } from "vitest";
import { layersOf } from "../../../../harness/live/views/layers.ts";
import { latestChanges, layersSeen, plainView } from "../../../support/recorded-demos.ts";

const demo = layersSeen();

test("lesson 07's demo: copy-up, whiteout, opaque directory, and the next container", () => {
	const mounted = "An overlay is mounted at /root/merged: one lower layer, and an upper layer for changes.";
	expect(latestChanges(layersOf, demo)).toEqual([
		mounted,
		"etc/motd was written to, so the kernel has copied it up to upper.",
		"etc/issue was removed: a whiteout in upper hides it, and it is still in image.",
		"srv is opaque: it hides everything that image has in that directory.",
		mounted,
		"The overlay at /root/merged is unmounted; the changes are still in upper2.",
	]);
});

test("each path has a row: what each layer has there, and which layer's entry is visible", () => {
	const last = demo.findLastIndex(({ view }) => view.host.layers?.[0]?.upper?.path === "upper");
	const [overlay] = layersOf(demo.slice(0, last + 1)).overlays;
	expect(overlay).toMatchObject({ merged: ["/root/merged"], lower: ["image"], upper: "upper", isTruncated: false });
	expect(overlay?.rows.map(({ path, lower, upper, from }) => [path, ...lower, upper, from])).toEqual([
		["etc/issue", "file", "whiteout", null],
		["etc/motd", "file", "copied up", "upper"],
		["srv", "directory", "opaque", "upper"],
		["srv/index", "file", "", null],
	]);
	expect(overlay?.changedPaths).toEqual(["srv", "srv/index"]);
});

test("the topmost one of several lower layers is visible, unless a whiteout hides it", () => {
	const [first] = demo.filter(({ view }) => view.host.layers?.length);
	const [layers] = first?.view.host.layers ?? [];
	if (first === undefined || layers === undefined) throw new Error("no overlay was recorded");
	const entry = (path: string, kind: "file" | "whiteout") => ({ path, kind, size: 0, opaque: false });
	const lower = [
		{ path: "two", more: false, entries: [entry("a", "whiteout"), entry("b", "file")] },
		{ path: "one", more: false, entries: [entry("a", "file"), entry("b", "file"), entry("c", "file")] },
	];
	const upper = { path: "upper", more: false, entries: [entry("a", "file"), entry("c", "file")] };
	const host = { ...first.view.host, layers: [{ ...layers, lower, upper }] };
	const past = [{ ...first, view: { ...first.view, host } }];
	const rows = layersOf(past).overlays[0]?.rows.map(({ path, upper, from }) => [path, upper, from]);
	expect(rows).toEqual([
		["a", "new", "upper"],
		["b", "", 0],
		["c", "copied up", "upper"],
	]);
});

test("an older recording shows the upper layer of a process's root", () => {
	const container = plainView.shells["container"];
	const [root] = container?.mounts ?? [];
	if (container == null || root === undefined) throw new Error("no container");
	const upper = [".", "note"].map((path) => ({
		...{ path, kind: path === "." ? ("directory" as const) : ("file" as const), mode: 0, uid: 0, gid: 0, size: 3 },
		...{ device: "", sha256: "", text: "", opaque: false, inode: 0, changedMs: 0 },
	}));
	const mounts = [{ ...root, mountPoint: "/", fstype: "overlay", device: "0:99" }];
	const overlay = { lowerdirs: ["/lab/rootfs"], upperdir: "/u", workdir: "/w", upper };
	const shells = { ...plainView.shells, container: { ...container, mounts, overlay } };
	const [seen] = layersOf([{ atMs: 0, view: { ...plainView, shells } }]).overlays;
	expect(seen).toMatchObject({ merged: ["/"], lower: ["/lab/rootfs"], upper: "/u" });
	expect(seen?.rows.map(({ path, upper: cell }) => [path, cell])).toEqual([["note", "new"]]);
	expect(layersOf([{ atMs: 0, view: plainView }])).toEqual({ overlays: [], latestChange: "" });
});
