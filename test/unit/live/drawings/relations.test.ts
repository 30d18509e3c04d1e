import { expect, test } from "vitest";
import { drawCapabilities } from "../../../../harness/live/drawings/capabilities.ts";
import { drawIdentity } from "../../../../harness/live/drawings/identity.ts";
import { drawLayers } from "../../../../harness/live/drawings/layers.ts";
import { drawLimits } from "../../../../harness/live/drawings/limits.ts";
import { drawMounts } from "../../../../harness/live/drawings/mounts.ts";
import { drawNamespaces } from "../../../../harness/live/drawings/namespaces.ts";
import { drawNetwork } from "../../../../harness/live/drawings/network.ts";
import { drawProcesses } from "../../../../harness/live/drawings/processes.ts";
import type { Drawing, Line } from "../../../../harness/live/drawings/shapes.ts";
import { capabilitiesOf } from "../../../../harness/live/views/capabilities.ts";
import { type IdentityPicture, identityOf } from "../../../../harness/live/views/identity.ts";
import { layersOf } from "../../../../harness/live/views/layers.ts";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { mountsOf } from "../../../../harness/live/views/mounts.ts";
import { namespacesOf } from "../../../../harness/live/views/namespaces.ts";
import { networkOf } from "../../../../harness/live/views/network.ts";
import { processesOf } from "../../../../harness/live/views/processes.ts";
import { boxOf, contains, expectTidy, labelsOf, lineOf, sheetOf, touches } from "../../../support/drawings.ts";
import { identitySeen, layersSeen, limitsSeen, networkSeen } from "../../../support/recorded-demos.ts";
import { shellIn, viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";
import { capabilitiesSeen } from "../../../support/seen-capabilities.ts";

const WIDTH = 460;

/** The pieces of a line that has gaps: KEY.0, KEY.1 and so on, and KEY itself, which is the last. */
const piecesOf = (drawing: Drawing, line: string) =>
	drawing.shapes.filter((shape) => shape.type === "line" && shape.key.replace(/\.\d+$/, "") === line) as Line[];

/** Asserts that a line leads from one box to another. */
function expectJoined(drawing: Parameters<typeof lineOf>[0], line: string, from: string, to: string): void {
	const first = piecesOf(drawing, line)[0]?.points[0];
	const last = lineOf(drawing, line).points.at(-1);
	const ends = {
		begins: first && touches(first, boxOf(drawing, from)),
		ends: last && touches(last, boxOf(drawing, to)),
	};
	expect({ line, ...ends }).toEqual({ line, begins: true, ends: true });
}

test("processes: a line leads from each parent to its child", async () => {
	const picture = processesOf(await viewsUpTo("three sleeps and a zombie"));
	const drawing = drawProcesses(picture, sheetOf(WIDTH));
	const children = picture.rows.filter(({ parent }) => parent !== null);
	expect(children.length).toBeGreaterThan(4);
	for (const { key, parent } of children) expectJoined(drawing, `${key}.branch`, parent ?? "", key);
});

test("processes: a PID namespace's frame holds its processes and no others, and the host's numbers are outside", async () => {
	const { rows, ...rest } = processesOf(await viewsUpTo("three sleeps and a zombie"));
	const drawing = drawProcesses({ rows, ...rest }, sheetOf(WIDTH));
	const first = rows.find(({ level, isPid1 }) => level === 1 && isPid1);
	const frame = boxOf(drawing, `frame.${first?.key}`);
	for (const { key, level } of rows) {
		expect({ key, inside: contains(frame, boxOf(drawing, key)) }).toEqual({ key, inside: level > 0 });
		const number = labelsOf(drawing).find((label) => label.key === `${key}.host`);
		expect(number && contains(frame, number.box)).toBe(false);
	}
});

test("processes: an orphan has a line from its new parent, and one from the parent that it has lost", async () => {
	const past = withChangedView(await viewsUpTo("three sleeps and a zombie"), ({ host }) => {
		const first = host.tasks.find(({ nsPids }) => nsPids.length > 1 && nsPids.at(-1) === 1);
		const orphan = host.tasks.find(({ ppid }) => ppid === first?.pid);
		const parent = host.tasks.find(({ pid }) => pid === first?.ppid);
		if (orphan && parent) orphan.ppid = parent.pid;
	});
	const picture = processesOf(past);
	const orphan = picture.rows.find(({ lostParent }) => lostParent !== null);
	const drawing = drawProcesses(picture, sheetOf(WIDTH));
	expectJoined(drawing, `${orphan?.key}.branch`, orphan?.parent ?? "", orphan?.key ?? "");
	expectJoined(drawing, `${orphan?.key}.lost`, orphan?.lostParent?.key ?? "", orphan?.key ?? "");
	expect(picture.changedRow).toBe(orphan?.key);
});

test("namespaces: a bar reaches over exactly the processes that share the namespace", async () => {
	const picture = namespacesOf(await viewsUpTo("unshare --uts --ipc"));
	const drawing = drawNamespaces(picture, sheetOf(WIDTH));
	const column = (process: string) => labelsOf(drawing).find(({ key }) => key === `head.${process}.0`)?.box.x ?? -1;
	const covers = (key: string) => {
		const { x, width } = boxOf(drawing, key);
		return ["init", "host", "container"].filter((process) => column(process) >= x - 1 && column(process) < x + width);
	};
	expect(covers("uts.A.0")).toEqual(["init", "host"]);
	expect(covers("uts.B.0")).toEqual(["container"]);
	expect(covers("net.A.0")).toEqual(["init", "host", "container"]);
});

test.each([
	[["/scratch", "/data"], "and 4 more at or below /dev and /sys"],
	[["/scratch", "/data", "/etc", "/mail", "/srv"], "and 6 more at or below /dev, /proc and /sys"],
	[["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"], "and 7 more: /8; others at or below /dev, /proc and /sys"],
])("mounts: if not all are drawn, %j are, and the text is: %s", async (special, more) => {
	const past = withChangedView(await viewsUpTo("pivot_root"), (view) => {
		const { mounts } = shellIn(view, "container");
		const [root] = mounts;
		if (root === undefined) return;
		const add = (id: number, mountPoint: string, parentId = root.id) =>
			mounts.push({ ...root, id, parentId, mountPoint, device: `0:${id}`, root: "/", fstype: "tmpfs" });
		for (const [index, name] of ["/dev", "/proc", "/sys", ...special].entries()) add(900 + index, name);
		for (const [index, name] of ["pts", "shm", "mqueue"].entries()) add(910 + index, `/dev/${name}`, 900);
	});
	const labels = labelsOf(drawMounts(mountsOf(past.slice(-1)), sheetOf(WIDTH)));
	const texts = labels.filter(({ key }) => key.startsWith("table.container")).map(({ text }) => text);
	expect(texts).toEqual(expect.arrayContaining(special.slice(0, 5)));
	expect(texts.join(" ")).toContain(more);
});

test("namespaces: a bar says one thing, in plain words", async () => {
	const past = withChangedView(await viewsUpTo("shells"), (view) => {
		const [host, container] = [shellIn(view, "host"), shellIn(view, "container")];
		container.namespaces["uts"] = "uts:[1]";
		for (const shell of [host, container]) shell.namespaces["net"] = "net:[1]";
		container.namespaces["pid_for_children"] = "pid:[1]";
	});
	const texts = (seen: typeof past, width: number) =>
		new Map(labelsOf(drawNamespaces(namespacesOf(seen), sheetOf(width))).map(({ key, text }) => [key, text]));
	const wide = texts(past, 760);
	expect(["uts.A.0", "uts.B.0", "net.B.0", "ipc.A.0", "pid.A.0"].map((key) => wide.get(key))).toEqual([
		"the host's",
		"a new one",
		"one for both",
		"the host's",
		"the host's; its children's: another",
	]);
});

test("mounts: a mount that is mounted over another one lies on it, and what is hidden says so", async () => {
	const past = withChangedView(await viewsUpTo("bind /lab/rootfs"), (view) => {
		const shell = shellIn(view, "container");
		const below = shell.mounts.find(({ mountPoint }) => mountPoint === "/lab/rootfs");
		if (below) shell.mounts.push({ ...below, id: 9_999, parentId: below.id, fstype: "overlay", device: "0:99" });
	});
	const picture = mountsOf(past);
	const table = picture.tables.find(({ of }) => of.includes("container"));
	const hidden = table?.rows.filter(({ hiddenBy }) => hiddenBy !== null) ?? [];
	expect(hidden.map(({ name, hiddenBy }) => [name, hiddenBy])).toEqual([["/lab/rootfs", "9999"]]);
	const drawing = drawMounts(picture, sheetOf(WIDTH));
	const [top, below] = [boxOf(drawing, "table.container.9999"), boxOf(drawing, `table.container.${hidden[0]?.key}`)];
	expect(below.y).toBeCloseTo(top.y + top.height);
	expect(labelsOf(drawing).map(({ text }) => text)).toContain("hidden");
	expectTidy(drawing);
});

test("mounts: a later mount over a directory hides the mounts that were made in it", async () => {
	const past = withChangedView(await viewsUpTo("bind /lab/rootfs"), (view) => {
		const { mounts } = shellIn(view, "container");
		const inside = mounts.find(({ mountPoint }) => mountPoint === "/lab/rootfs");
		if (inside) mounts.push({ ...inside, id: 9_999, mountPoint: "/lab", fstype: "tmpfs", device: "0:98", root: "/" });
	});
	const rows = mountsOf(past).tables.find(({ of }) => of.includes("container"))?.rows ?? [];
	expect(rows.filter(({ hiddenBy }) => hiddenBy === "9999").map(({ name }) => name)).toEqual(["/lab/rootfs"]);
});

test("network: a cable joins the bridge and the container, and packets go from the port to the bridge and on", () => {
	const demo = networkSeen();
	const published = demo.findIndex(({ view }) =>
		view.host.networks?.[0]?.rules.some((rule) => rule.includes("dnat to")),
	);
	const drawing = drawNetwork(networkOf(demo.slice(0, published + 1)), sheetOf(WIDTH));
	expectJoined(drawing, "cable.host/box0.web", "host/box0", "web");
	expectJoined(drawing, "cable.port 8080.host/box0", "port 8080", "host/box0");
	expectJoined(drawing, "cable.world.host/world0", "world", "host/world0");
	expect(lineOf(drawing, "cable.host/box0.web").look).toContain("packet");
	const frame = boxOf(drawing, "frame.host");
	const inHost = ["host/box0", "host/world0", "port 8080", "web", "world"].filter((key) =>
		contains(frame, boxOf(drawing, key)),
	);
	expect(inHost).toEqual(["host/box0", "host/world0", "port 8080"]);
});

test("network: more namespaces than there is room for are counted", () => {
	const last = networkSeen().find(({ view }) => (view.host.networks?.length ?? 0) > 2);
	const picture = networkOf(last === undefined ? [] : [last]);
	const many = Array.from({ length: 9 }, (_, index) => ({
		...picture.namespaces[1],
		name: `n${index}`,
		namespace: `net:[${index}]`,
		links: [],
		shells: [],
		listeners: [],
		gateway: "",
		forwarding: false,
		routes: [],
		rules: [],
	}));
	const drawing = drawNetwork({ ...picture, namespaces: [...picture.namespaces.slice(0, 1), ...many] }, sheetOf(WIDTH));
	expect(labelsOf(drawing).map(({ text }) => text)).toContain("and 5 more namespaces");
	expectTidy(drawing);
});

test("layers: an arrow leads from the visible entry to the merged directory, and a copied file has one between the layers", () => {
	const demo = layersSeen();
	const copied = demo.findIndex(({ view }) =>
		view.host.layers?.[0]?.upper?.entries?.some(({ path }) => path === "etc/motd"),
	);
	const picture = layersOf(demo.slice(0, copied + 1));
	const device = picture.overlays[0]?.device;
	const drawing = drawLayers(picture, sheetOf(WIDTH));
	expectJoined(drawing, `${device}.etc/motd.copied`, `${device}.lower.0.etc/motd`, `${device}.upper.etc/motd`);
	expectJoined(drawing, `${device}.etc/motd.visible`, `${device}.upper.etc/motd`, `${device}.merged.etc/motd`);
	expectJoined(drawing, `${device}.etc/issue.visible`, `${device}.lower.0.etc/issue`, `${device}.merged.etc/issue`);
});

test.each([240, 360, WIDTH, 760])(
	"layers: on a sheet %d units wide, no arrow runs through a title, and no pointer touches a text",
	(width) => {
		for (const past of layersSeen().map((_, index, demo) => demo.slice(0, index + 1))) {
			const drawing = drawLayers(layersOf(past), sheetOf(width));
			expect(crossedTexts(drawing)).toEqual([]);
		}
	},
);

test.each([240, 280, 360])("processes: on a sheet %d units wide, no line runs through the callout", async (width) => {
	const all = await viewsUpTo("host: lo up");
	for (const past of all.map((_, index) => all.slice(0, index + 1))) {
		const picture = processesOf(past);
		// Also for each row, as if the sentence were about that.
		for (const changedRow of [picture.changedRow, ...picture.rows.map(({ key }) => key)]) {
			const latestChange = "pid 1 of its namespace has ended, and four processes with it.";
			const drawing = drawProcesses({ ...picture, changedRow, latestChange }, sheetOf(width));
			expect(crossedTexts(drawing).filter(([, text]) => text?.startsWith("callout"))).toEqual([]);
		}
	}
});

/** The lines that run through a text, except dotted ones, with the text's key. */
function crossedTexts(drawing: Drawing): (string | undefined)[][] {
	return drawing.shapes.flatMap((line) => {
		if (line.type !== "line" || line.look.includes("dotted")) return [];
		return labelsOf(drawing)
			.filter(({ box }) =>
				line.points.some((to, index) => {
					const [fromX, fromY] = line.points[index - 1] ?? to;
					const across = Math.max(fromX, to[0]) > box.x && Math.min(fromX, to[0]) < box.x + box.width;
					return across && Math.max(fromY, to[1]) > box.y + 1 && Math.min(fromY, to[1]) < box.y + box.height - 1;
				}),
			)
			.map((label) => [line.key, label.key]);
	});
}

test("limits: a gauge is filled in proportion to what is used, and the limit is the wall that it can reach", () => {
	const demo = limitsSeen("limits");
	const last = demo.findLastIndex(({ view }) => view.host.limits["/box/web-1"]);
	const picture = limitsOf(demo.slice(0, last + 1));
	const chart = picture.groups.find(({ name }) => name === "the whole machine")?.charts[0];
	const drawing = drawLimits(picture, sheetOf(WIDTH));
	const key = "cgroup.the whole machine.memory";
	const [used, track] = [boxOf(drawing, `${key}.used`), boxOf(drawing, `${key}.track`)];
	const wall = lineOf(drawing, `${key}.limit`).points[0]?.[0] ?? 0;
	expect(used.width / (wall - track.x)).toBeCloseTo((chart?.points.at(-1)?.value ?? 0) / (chart?.limit ?? 1), 5);
	expect(wall).toBeLessThan(track.x + track.width);
});

test("identity: a line joins what is one user on both sides", () => {
	const picture = identityOf(identitySeen("cook"));
	const drawing = drawIdentity(picture, sheetOf(WIDTH));
	expect(picture.users.length).toBeGreaterThan(1);
	for (const { outside } of picture.users)
		expectJoined(drawing, `user.${outside.id}.same`, `user.${outside.id}.inside`, `user.${outside.id}.outside`);
	expect(labelsOf(drawing).some(({ key, text }) => key === "user.1000.sign" && text === "≠")).toBe(true);
});

test("identity: on a narrow sheet, a range goes on after its dash, and no number is cut", () => {
	const range = { inside: { first: 1, last: 65_536 }, outside: { first: 100_000, last: 165_535 } };
	const one = { inside: { first: 0, last: 0 }, outside: { first: 1_000, last: 1_000 } };
	const picture: IdentityPicture = {
		...identityOf(identitySeen("cook")),
		maps: [{ of: "users", ranges: [one, range], identical: false }],
	};
	const titles = labelsOf(drawIdentity(picture, sheetOf(240))).filter(({ key }) => key.startsWith("range."));
	expect(titles.map(({ text }) => text).filter((text) => text !== "=")).toEqual(
		expect.arrayContaining(["id 0", "id 1000", "100000–", "165535"]),
	);
});

test("capabilities: a cell that has just changed has a sign", async () => {
	const past = (await capabilitiesSeen()).at(-1)?.past ?? [];
	const { shapes } = drawCapabilities(capabilitiesOf(past), sheetOf(WIDTH));
	const signs = shapes.filter(({ key, type }) => type === "line" && !key.startsWith("legend"));
	const cells = new Set(signs.map(({ key }) => key.replace(/\.sign\.\d$/, "")));
	expect([...cells]).toEqual(["permitted.13", "effective.13", "inheritable.13", "ambient.13"]);
});

test("capabilities: each column has its name above it, or the names are below the rows", async () => {
	const past = (await capabilitiesSeen()).at(-1)?.past ?? [];
	const wide = drawCapabilities(capabilitiesOf(past), sheetOf(760));
	const head = labelsOf(wide).find(({ text }) => text === "net_raw");
	const cell = boxOf(wide, "permitted.13");
	expect(head?.turned).toBe(true);
	expect((head?.box.x ?? 0) + (head?.box.width ?? 0) / 2).toBeCloseTo(cell.x + cell.width / 2);
	const narrow = labelsOf(drawCapabilities(capabilitiesOf(past), sheetOf(WIDTH))).map(({ text }) => text);
	expect(narrow).toContain("just won, permitted, effective, inheritable and ambient:");
	expect(narrow).toContain("net_raw");
});
