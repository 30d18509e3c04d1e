import type { KernelState } from "../events.ts";
import { beforeLastChange, known } from "./changes.ts";
import { MEMBERS, type Member } from "./namespaces.ts";
import { counted, listed, sentence, shellOf } from "./phrases.ts";
import type { Past, Told } from "./seen.ts";

type Mount = KernelState["host"]["mounts"][number];

/** A mount, as a row in the tree of a table. */
export interface MountRow {
	/** Its mount point relative to its parent's; the whole path if the parent is the root. */
	name: string;
	depth: number;
	/** The file system's type and, unless the whole file system is mounted, the directory of it that is. */
	holds: string;
	/** "shared", "private", "slave", … See mount_namespaces(7). */
	propagation: string;
	/** A mount made below it appears on the host, too. */
	leaks: boolean;
	/** What has just happened to it, such as "new"; empty when nothing has. */
	news: string;
}

/** The mounts that one or several processes see. */
export interface Table {
	of: Member[];
	/** The processes are in another mount namespace than the host's init. */
	own: boolean;
	rows: MountRow[];
	/** The propagation of all mounts if it is the same; null otherwise. */
	propagation: string | null;
	/** The mount points of mounts that have just disappeared. */
	gone: string[];
}

export interface MountsPicture extends Told {
	tables: Table[];
}

/** The tree is shown down to this depth. */
const DEPTH_MAX = 200;
/** If there are more mount points than this, a sentence only counts them. */
const MOST_NAMED = 2;

/** The mount tables, and what has just changed in them. */
export function mountsOf(past: Past): MountsPicture {
	const seen = known(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { tables: [], said: "" };
	const before = beforeLastChange(seen, allMounts)?.view ?? null;
	const tables: Table[] = [];
	// What is seen of a learner's own work has no shell on the host.
	for (const member of MEMBERS.filter((one) => one === "init" || view.shells[one])) {
		const same = tables.find(({ of }) => of.some((other) => essence(view, other) === essence(view, member)));
		if (same === undefined) tables.push(tableOf(view, before, member));
		else same.of.push(member);
	}
	return { tables, said: before === null ? "" : told(before, view) };
}

const mountsIn = (view: KernelState, member: Member): Mount[] =>
	(member === "init" ? view.host : view.shells[member])?.mounts ?? [];

const isOwn = (view: KernelState, member: Member): boolean =>
	member !== "init" && view.shells[member]?.namespaces["mnt"] !== view.host.namespaces["mnt"];

/**
 * Tells one table from another. A copy of a table is another table, because its mounts have other ids and peer
 * groups.
 */
const essence = (view: KernelState, member: Member): string =>
	JSON.stringify([isOwn(view, member), mountsIn(view, member)]);

const allMounts = (view: KernelState) => MEMBERS.map((member) => essence(view, member));

function tableOf(view: KernelState, before: KernelState | null, member: Member): Table {
	const mounts = mountsIn(view, member);
	const was = before === null ? mounts : mountsIn(before, member);
	const rows = inOrder(mounts).map(({ mount, parent, depth }) => ({
		name: shownMountPoint(mount, parent),
		depth,
		holds: holdsOf(mount),
		propagation: propagationOf(mount),
		leaks: isOwn(view, member) && leaks(mount, view),
		news: newsOf(mount, was),
	}));
	const [first] = rows;
	const alike = first !== undefined && rows.every(({ propagation }) => propagation === first.propagation);
	return {
		of: [member],
		own: isOwn(view, member),
		rows,
		propagation: alike ? first.propagation : null,
		gone: goneOf(was, mounts).map(({ mountPoint }) => mountPoint),
	};
}

// The mounts as a tree, each parent before its children. The topmost mount's parent is not in the table. A mount over
// the root is a child of the root, too.
function inOrder(mounts: readonly Mount[]): { mount: Mount; parent: Mount | null; depth: number }[] {
	const ids = new Set(mounts.map(({ id }) => id));
	const children = new Map<number | null, Mount[]>();
	for (const mount of mounts) {
		const parent = ids.has(mount.parentId) ? mount.parentId : null;
		children.set(parent, [...(children.get(parent) ?? []), mount]);
	}
	const below = (parent: Mount | null, depth: number): ReturnType<typeof inOrder> => {
		const own = children.get(parent?.id ?? null) ?? [];
		// Visits each mount once: in a forged table, parents may form a cycle.
		children.delete(parent?.id ?? null);
		if (depth > DEPTH_MAX) return [];
		return own
			.toSorted((one, other) => (one.mountPoint < other.mountPoint ? -1 : 1))
			.flatMap((mount) => [{ mount, parent, depth }, ...below(mount, depth + 1)]);
	};
	return below(null, 0);
}

function shownMountPoint({ mountPoint }: Mount, parent: Mount | null): string {
	if (parent?.mountPoint === mountPoint) return `${mountPoint} (over it)`;
	if (parent === null || parent.mountPoint === "/") return mountPoint;
	return mountPoint.startsWith(`${parent.mountPoint}/`) ? mountPoint.slice(parent.mountPoint.length + 1) : mountPoint;
}

const holdsOf = ({ fstype, root }: Mount): string => (root === "/" ? fstype : `${root} of a ${fstype}`);

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

function newsOf(mount: Mount, before: readonly Mount[]): string {
	const was = before.find((other) => isSame(other, mount)) ?? before.find((other) => isMoved(other, mount));
	if (was === undefined) return "new";
	if (was.mountPoint !== mount.mountPoint) return `was ${was.mountPoint}`;
	return propagationOf(was) === propagationOf(mount) ? "" : `was ${propagationOf(was)}`;
}

const goneOf = (before: readonly Mount[], now: readonly Mount[]): Mount[] =>
	before.filter((was) => !now.some((mount) => isSame(mount, was) || isMoved(mount, was)));

function told(before: KernelState, now: KernelState): string {
	const texts = MEMBERS.toReversed().map((member) => ({ member, text: toldOf(before, now, member) }));
	const ofHost = texts.find(({ member }) => member === "init")?.text;
	const first = texts.find(({ text }) => text !== "");
	if (first === undefined) return "";
	if (first.text !== ofHost)
		return sentence(`${first.member === "init" ? "the host" : shellOf(first.member)} ${first.text}`);
	return first.member !== "init" && isOwn(now, first.member)
		? sentence(`${shellOf(first.member)} ${first.text}; so it is on the host, as the two are shared`)
		: sentence(`the host ${first.text}`);
}

/** What has changed for a process, as the end of a sentence. */
function toldOf(before: KernelState, now: KernelState, member: Member): string {
	const [was, mounts] = [mountsIn(before, member), mountsIn(now, member)];
	const [rootWas, root] = [rootOf(was), rootOf(mounts)];
	const gone = goneOf(was, mounts);
	const news = mounts.filter((mount) => newsOf(mount, was) !== "");
	const fresh = news.filter((mount) => newsOf(mount, was) === "new");
	if (mounts.length === 0 && was.length > 0) return "sees no mount now, as its root is only a directory";
	if (isOwn(before, member) && !isOwn(now, member)) return "is back at the host's table of mounts";
	if (was.length === 0 && mounts.length > 0) return `sees ${counted(mounts.length, "mount")} again`;
	if (root !== undefined && rootWas !== undefined && !(root.device === rootWas.device && root.root === rootWas.root))
		return `has another root now: ${holdsOf(root)}${gone.length === 0 ? "" : `; ${gone.length} of its mounts are gone`}`;
	if (!isOwn(before, member) && isOwn(now, member))
		return `has a table of mounts of its own now: a copy${copyTold(now, member)}`;
	if (fresh.length > 0) return `sees ${places(fresh)} mounted now`;
	if (gone.length > 0) return `sees ${places(gone)} mounted no longer`;
	const [changed] = news;
	if (changed === undefined) return "";
	const state = `${propagationOf(changed)} now, ${newsOf(changed, was).replace("was", "no longer")}`;
	return `has ${counted(news.length, "mount")} that ${news.length === 1 ? "is" : "are"} ${state}`;
}

function copyTold(view: KernelState, member: Member): string {
	const mounts = mountsIn(view, member);
	const leaking = mounts.filter((mount) => leaks(mount, view)).length;
	if (leaking > 0) return ", still shared with the host, so what is mounted in one is mounted in both";
	return mounts.every((mount) => propagationOf(mount) === "private") ? ", and private" : "";
}

const rootOf = (mounts: readonly Mount[]): Mount | undefined => mounts.findLast(({ mountPoint }) => mountPoint === "/");

const places = (mounts: readonly Mount[]): string =>
	mounts.length > MOST_NAMED ? `${mounts.length} places` : listed(mounts.map(({ mountPoint }) => mountPoint));
