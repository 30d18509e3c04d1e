import type { KernelState } from "../events.ts";
import { beforeLastChange, withoutGaps } from "./changes.ts";
import { SHOWN_PROCESSES, type ShownProcess } from "./namespaces.ts";
import type { Past, Picture } from "./past.ts";
import { counted, listed, sentence, theUserOf } from "./phrases.ts";

type Mount = KernelState["host"]["mounts"][number];

/** A mount, as a row in the tree of a table. */
export interface MountRow {
	/** Identifies the mount in its table. */
	key: string;
	/** The key of the mount on which it is mounted; null for the topmost one. */
	parent: string | null;
	/**
	 * Its mount point relative to its parent's; the whole path if it has no parent, or if the parent's mount point is /.
	 * If both mount points are the same, the path and "(over it)".
	 */
	name: string;
	depth: number;
	/** The file system's type; if only a directory or a file of the file system is mounted, also its path in there. */
	content: string;
	/** Nothing can be written by way of this mount, whatever its file system allows. */
	readOnly: boolean;
	/** "shared", "private", "slave", … See mount_namespaces(7). */
	propagation: string;
	/** It is in another mount namespace than the host's, and a mount made below it appears on the host, too. */
	leaks: boolean;
	/** What has just happened to it, such as "new"; empty when nothing has. */
	change: string;
	/** The key of the mount that hides it, so that no path leads to it any more; null if it is visible. */
	hiddenBy: string | null;
}

/** The mounts that one or several processes see. */
export interface MountTable {
	of: ShownProcess[];
	/** The processes are in another mount namespace than the host's init. */
	own: boolean;
	rows: MountRow[];
	/** The propagation of all mounts if it is the same; null otherwise. */
	propagation: string | null;
	/** The mount points of mounts that have just disappeared. */
	gone: string[];
}

export interface MountsPicture extends Picture {
	tables: MountTable[];
	/** The process whose table the sentence on the latest change is about; null for none. */
	changedFor: ShownProcess | null;
}

/** The tree is shown down to this depth. */
const DEPTH_MAX = 200;
/** If there are more mount points than this, a sentence only counts them. */
const MOUNT_POINTS_MAX = 2;

/** The mount tables, and what has just changed in them. */
export function mountsOf(past: Past): MountsPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { tables: [], latestChange: "", changedFor: null };
	const before = beforeLastChange(seen, allMounts)?.view ?? null;
	const tables: MountTable[] = [];
	// The view of a learner's own work has no shell on the host.
	for (const process of SHOWN_PROCESSES.filter((one) => one === "init" || view.shells[one])) {
		const same = tables.find(({ of }) => of.some((other) => comparedText(view, other) === comparedText(view, process)));
		if (same === undefined) tables.push(tableOf(view, before, process));
		else same.of.push(process);
	}
	const change = before === null ? null : latestChangeOf(before, view);
	return { tables, latestChange: change?.text ?? "", changedFor: change?.process ?? null };
}

const mountsIn = (view: KernelState, process: ShownProcess): Mount[] =>
	(process === "init" ? view.host : view.shells[process])?.mounts ?? [];

const isOwn = (view: KernelState, process: ShownProcess): boolean =>
	process !== "init" && view.shells[process]?.namespaces["mnt"] !== view.host.namespaces["mnt"];

/**
 * Tells one table from another. A copy of a table is another table, because its mounts have other ids.
 */
const comparedText = (view: KernelState, process: ShownProcess): string =>
	JSON.stringify([isOwn(view, process), mountsIn(view, process)]);

const allMounts = (view: KernelState) => SHOWN_PROCESSES.map((process) => comparedText(view, process));

function tableOf(view: KernelState, before: KernelState | null, process: ShownProcess): MountTable {
	const mounts = mountsIn(view, process);
	const previous = before === null ? mounts : mountsIn(before, process);
	const hidden = hiddenMounts(mounts);
	const rows = asTree(mounts).map(({ mount, parent, depth }) => ({
		key: String(mount.id),
		parent: parent === null ? null : String(parent.id),
		name: shownMountPoint(mount, parent),
		depth,
		content: contentOf(mount),
		readOnly: isReadOnly(mount),
		propagation: propagationOf(mount),
		leaks: isOwn(view, process) && leaks(mount, view),
		change: changeOf(mount, previous),
		hiddenBy: hidden.get(mount.id)?.toString() ?? null,
	}));
	const [first] = rows;
	const alike = first !== undefined && rows.every(({ propagation }) => propagation === first.propagation);
	return {
		of: [process],
		own: isOwn(view, process),
		rows,
		propagation: alike ? first.propagation : null,
		gone: goneOf(previous, mounts).map(({ mountPoint }) => mountPoint),
	};
}

// The mounts as a tree, each parent before its children. The topmost mount's parent is not in the table. A mount over
// the topmost mount is its child.
function asTree(mounts: readonly Mount[]): { mount: Mount; parent: Mount | null; depth: number }[] {
	const ids = new Set(mounts.map(({ id }) => id));
	const children = new Map<number | null, Mount[]>();
	for (const mount of mounts) {
		const parent = ids.has(mount.parentId) ? mount.parentId : null;
		children.set(parent, [...(children.get(parent) ?? []), mount]);
	}
	const below = (parent: Mount | null, depth: number): ReturnType<typeof asTree> => {
		const mountsHere = children.get(parent?.id ?? null) ?? [];
		// Visits each mount at most once: in a forged table, parents may form a cycle.
		children.delete(parent?.id ?? null);
		if (depth > DEPTH_MAX) return [];
		return mountsHere
			.toSorted((one, other) => (one.mountPoint < other.mountPoint ? -1 : 1))
			.flatMap((mount) => [{ mount, parent, depth }, ...below(mount, depth + 1)]);
	};
	return below(null, 0);
}

/** The ids of the mounts that no path leads to, each with the id of the mount that hides it. */
function hiddenMounts(mounts: readonly Mount[]): Map<number, number> {
	const hidden = new Map<number, number>();
	for (const { mount, parent } of asTree(mounts)) {
		const isOn = (other: Mount, below: Mount) => other.parentId === below.id && other !== below;
		// A mount over this one is mounted on this one's root. It hides this mount, and all other mounts on this one.
		const over = mounts.find((other) => isOn(other, mount) && other.mountPoint === mount.mountPoint);
		const covers = parent?.mountPoint === mount.mountPoint;
		// A mount that was made later, on a directory above this one's mount point, hides this mount.
		const later = mounts
			.slice(mounts.indexOf(mount) + 1)
			.find((other) => parent !== null && isOn(other, parent) && mount.mountPoint.startsWith(`${other.mountPoint}/`));
		const inherited = parent === null || covers ? undefined : hidden.get(parent.id);
		const by = over?.id ?? inherited ?? later?.id;
		if (by !== undefined) hidden.set(mount.id, by);
	}
	return hidden;
}

function shownMountPoint({ mountPoint }: Mount, parent: Mount | null): string {
	if (parent?.mountPoint === mountPoint) return `${mountPoint} (over it)`;
	if (parent === null || parent.mountPoint === "/") return mountPoint;
	return mountPoint.startsWith(`${parent.mountPoint}/`) ? mountPoint.slice(parent.mountPoint.length + 1) : mountPoint;
}

const contentOf = ({ fstype, root }: Mount): string => (root === "/" ? fstype : `${root} of a ${fstype}`);

const isReadOnly = ({ flags }: Mount): boolean => flags.split(",").includes("ro");

const writingOf = (mount: Mount): string => (isReadOnly(mount) ? "read-only" : "writable");

/** The propagation type, from the optional fields of mountinfo. */
function propagationOf({ propagation }: Mount): string {
	const has = (field: string) => propagation.some((one) => one.split(":")[0] === field);
	const names = [has("shared") && "shared", has("master") && "slave", has("unbindable") && "unbindable"];
	return names.filter((name) => name !== false).join(", ") || "private";
}

const groupsOf = ({ propagation }: Mount): string[] => propagation.filter((field) => field.startsWith("shared:"));

/** Whether the mount is in a peer group with a mount of the host. */
function leaks(mount: Mount, { host }: KernelState): boolean {
	return groupsOf(mount).some((group) => host.mounts.some((other) => groupsOf(other).includes(group)));
}

// Does not compare ids: a new namespace has a copy of each mount, with another id.
const isSame = (one: Mount, other: Mount): boolean =>
	one.device === other.device && one.root === other.root && one.mountPoint === other.mountPoint;

const isMoved = (one: Mount, other: Mount): boolean =>
	one.id === other.id && one.device === other.device && one.root === other.root;

function changeOf(mount: Mount, before: readonly Mount[]): string {
	const previous = before.find((other) => isSame(other, mount)) ?? before.find((other) => isMoved(other, mount));
	if (previous === undefined) return "new";
	if (previous.mountPoint !== mount.mountPoint) return `was ${previous.mountPoint}`;
	if (propagationOf(previous) !== propagationOf(mount)) return `was ${propagationOf(previous)}`;
	return isReadOnly(previous) === isReadOnly(mount) ? "" : `now ${writingOf(mount)}`;
}

const goneOf = (before: readonly Mount[], now: readonly Mount[]): Mount[] =>
	before.filter((previous) => !now.some((mount) => isSame(mount, previous) || isMoved(mount, previous)));

// A sentence on the latest change, and the process that it is about. A shell comes before the host, unless it is in the
// host's mount namespace and has the same change. Null if nothing has changed.
function latestChangeOf(before: KernelState, now: KernelState): { text: string; process: ShownProcess } | null {
	const texts = SHOWN_PROCESSES.toReversed().map((process) => ({ process, text: changeText(before, now, process) }));
	const ofHost = texts.find(({ process }) => process === "init")?.text;
	const first = texts.find(({ text }) => text !== "");
	if (first === undefined) return null;
	const { process, text } = first;
	const owner = process === "init" ? "the host" : theUserOf(process, isOwn(now, process));
	if (text !== ofHost) return { process, text: sentence(`${owner} ${text}`) };
	if (process === "init" || !isOwn(now, process)) return { process: "init", text: sentence(`the host ${text}`) };
	const why = "the same has happened on the host, because the mounts are shared";
	return { process, text: sentence(`${owner} ${text}; ${why}`) };
}

/** What has changed for a process, as the end of a sentence. */
function changeText(before: KernelState, now: KernelState, process: ShownProcess): string {
	const [previous, mounts] = [mountsIn(before, process), mountsIn(now, process)];
	const [rootWas, root] = [rootOf(previous), rootOf(mounts)];
	const gone = goneOf(previous, mounts);
	const news = mounts.filter((mount) => changeOf(mount, previous) !== "");
	const fresh = news.filter((mount) => changeOf(mount, previous) === "new");
	if (mounts.length === 0 && previous.length > 0) return "now sees no mount, because its root is not a mount point";
	if (isOwn(before, process) && !isOwn(now, process)) return "is back in the host's mount namespace";
	if (previous.length === 0 && mounts.length > 0) return `sees ${counted(mounts.length, "mount")} again`;
	if (root !== undefined && rootWas !== undefined && !(root.device === rootWas.device && root.root === rootWas.root))
		return `now has another root, ${contentOf(root)}${gone.length === 0 ? "" : `; ${gone.length} of its mounts are gone`}`;
	if (!isOwn(before, process) && isOwn(now, process))
		return `now has its own copy of the mount table${copyText(now, process)}`;
	if (fresh.length > 0) return `now has ${mountPointsText("new mount", fresh)}`;
	if (gone.length > 0) return `has lost ${mountPointsText("mount", gone)}`;
	const [changed] = news;
	if (changed === undefined) return "";
	const change = changeOf(changed, previous);
	const alike = news.filter((mount) => changeOf(mount, previous) === change);
	const verb = alike.length === 1 ? "is" : "are";
	if (change.startsWith("now ")) return `has ${mountPointsText("mount", alike)} that ${verb} ${writingOf(changed)} now`;
	const was = change.replace("was ", "");
	if (was.startsWith("/")) return `has moved a mount from ${was} to ${changed.mountPoint}`;
	const state = `${propagationOf(changed)} now, no longer ${was}`;
	return `has ${counted(news.length, "mount")} that ${news.length === 1 ? "is" : "are"} ${state}`;
}

function copyText(view: KernelState, process: ShownProcess): string {
	const mounts = mountsIn(view, process);
	const leaking = mounts.filter((mount) => leaks(mount, view)).length;
	if (leaking > 0) return "; its mounts are still shared with the host, so a new mount on one side appears on both";
	return mounts.every((mount) => propagationOf(mount) === "private") ? "; all its mounts are private" : "";
}

const rootOf = (mounts: readonly Mount[]): Mount | undefined => mounts.findLast(({ mountPoint }) => mountPoint === "/");

/** "a new mount on /mnt", "new mounts on /a and /b", "5 new mounts". */
function mountPointsText(noun: string, mounts: readonly Mount[]): string {
	if (mounts.length > MOUNT_POINTS_MAX) return counted(mounts.length, noun);
	const points = listed(mounts.map(({ mountPoint }) => mountPoint));
	return mounts.length === 1 ? `a ${noun} on ${points}` : `${noun}s on ${points}`;
}
