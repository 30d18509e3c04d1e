import { posix } from "node:path";
import {
	type Context,
	commandAt,
	DURING,
	type Entry,
	type Facts,
	type FactValue,
	type HostState,
	howItEnded,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import {
	CHANGED_BY_CHECK,
	CONTAINERS,
	ELSEWHERE,
	filesChangedByCheck,
	LAYERS,
	LOG,
	LONE,
	NEIGHBOUR,
	REFUSED,
	textIn,
	UNTOUCHED,
	WRITTEN,
} from "./scenario.ts";

/** The mount that is the process's root. */
export const rootOf = (process: ProcessState | null) =>
	process?.mounts.findLast(({ mountPoint }) => mountPoint === "/");

/**
 * How explanations cite the kernel's documentation of overlayfs, which is not in the virtual machine. The part "Words"
 * of this lesson's README.md says what the exercise needs of it.
 */
export const OVERLAYFS = "overlayfs (kernel documentation, online; in short: Words in lesson 07)";

/** What the kernel has logged about overlays, oldest first. */
export function kernelLog({ programs }: Observation): string[] {
	const lines = (programs[LOG]?.stdout ?? "").split("\n").filter(Boolean);
	// Removes the time: "[   12.345678] overlayfs: missing 'workdir'"
	return lines.map((line) => line.replace(/^\[[^\]]*\] /, ""));
}

/** The container was started although one of its layers does not exist. */
export const STARTED = "started nevertheless";

/** The facts of this lesson. */
export function deriveOverlay(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const { before, after, moments } = observation;
	const during = moments[DURING]?.host ?? after;
	const box = commandAt(observation, DURING);
	const neighbour = commandAt(observation, DURING, NEIGHBOUR);
	const lone = commandAt(observation, DURING, LONE);
	const left = changes(before, after, [CONTAINERS, ...ELSEWHERE]);
	// The refused container is started only after the look, so what is new since then is its own, unless the path contains
	// another container's id.
	const others = ["id", "neighbour", "lone"].map((name) => drawn[name] ?? "");
	const leftByRefused = changes(during, after, [CONTAINERS, ...ELSEWHERE]).filter(
		(path) => left.includes(path) && !others.some((id) => path.includes(id)),
	);
	return {
		"neighbour.ending": endingText(observation.calls[NEIGHBOUR]?.ending),
		"refused.ending": refusedEnding(observation),
		"layers.during": layerChanges(before, during, drawn),
		"layers.after": layerChanges(before, after, drawn),
		"left.files": [...left.filter((path) => !leftByRefused.includes(path)), ...newInRoot(before, after)],
		"refused.left": leftByRefused,
		...(box === null
			? {}
			: {
					"root.fstype": rootOf(box)?.fstype ?? "none",
					"lone.fstype": rootOf(lone)?.fstype ?? "none",
					"neighbour.root": rootOf(neighbour)?.fstype ?? "none",
					"layers.seen": layersSeen(box, drawn),
					upperdir: whichUpperdir(box, neighbour, drawn),
					"upper.start": upperAtStart(neighbour, during, drawn),
					"layers.copies": copies(during, drawn),
					"layers.old": oldLayers(box, drawn),
					upper: inUpper(box, during, drawn),
					"writes.shared": sharedWrites(box, neighbour, drawn),
				}),
	};
}

/** How a call ended, with the returned value or the exception. */
export function endingText(ending: Context["ending"] | undefined): string {
	if (ending?.how === "returned") return `returned ${JSON.stringify(ending.value)}`;
	return ending?.how === "threw" ? `${ending.thrown.name}: ${ending.thrown.message}` : howItEnded(ending);
}

// If the exception came from the process that was to become the container, then mountOverlay had returned.
function refusedEnding({ calls }: Observation): string {
	const ending = calls[REFUSED]?.ending;
	return ending?.how === "threw" && ending.inChild ? STARTED : howItEnded(ending);
}

const newInRoot = (before: HostState, after: HostState) =>
	after.root.filter((name) => !before.root.includes(name)).map((name) => `/${name}`);

// Paths that were added, removed or changed. Leaves out what lies below a path that is already listed.
function changes(before: HostState, now: HostState, tops: string[]): string[] {
	const listed: string[] = [];
	for (const top of tops) {
		const [oldEntries, newEntries] = [before, now].map(
			({ trees }) => new Map((trees[top] ?? []).map((entry) => [entry.path, entry])),
		);
		for (const path of [...new Set([...(oldEntries?.keys() ?? []), ...(newEntries?.keys() ?? [])])].sort()) {
			const fullPath = posix.join(top, path);
			if (path === "." || sameEntry(oldEntries?.get(path), newEntries?.get(path))) continue;
			if (!listed.some((above) => fullPath.startsWith(`${above}/`))) listed.push(fullPath);
		}
	}
	return listed;
}

// Ignores inodes and times of change. Also ignores the size of a directory: it only counts the entries, and the entries
// themselves are compared.
function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
	const compared = (entry: Entry | undefined) =>
		entry && JSON.stringify({ ...entry, inode: 0, changedMs: 0, size: entry.kind === "directory" ? 0 : entry.size });
	return compared(one) === compared(other);
}

/** Text for a file that was changed or replaced, and has its old content again. */
const PUT_BACK = "changed and put back";

/** Whether the only changes in the layers are files that were changed and put back. */
export const onlyPutBack = ({ facts }: { facts: Facts }): boolean =>
	["layers.during", "layers.after"].every((name) =>
		[facts[name] ?? []].flat().every((path) => String(path).endsWith(PUT_BACK)),
	);

// If no content has changed, this finds files that were changed and put back: such a file has a new inode, or another
// time of its last change.
function layerChanges(before: HostState, now: HostState, drawn: RandomInputs): string[] {
	const isChangedByCheck = (path: string) => filesChangedByCheck(drawn).includes(path);
	const changed = changes(before, now, [LAYERS]).filter((path) => !isChangedByCheck(path));
	if (changed.length > 0) return changed;
	const oldEntries = new Map((before.trees[LAYERS] ?? []).map((entry) => [entry.path, entry]));
	const putBack = (now.trees[LAYERS] ?? []).filter(({ path, inode, changedMs }) => {
		const old = oldEntries.get(path);
		return old?.inode !== inode || old.changedMs !== changedMs;
	});
	return putBack
		.map(({ path }) => posix.join(LAYERS, path))
		.filter((path) => !isChangedByCheck(path))
		.map((path) => `${path}: ${PUT_BACK}`);
}

/** A file in the command's root, by the name of its path in `drawn`; null if there is none. */
const fileIn = (process: ProcessState | null, drawn: RandomInputs, name: string) =>
	process?.files[drawn[name] ?? ""] ?? null;

/** The layers are stacked in the order that was asked for. */
export const IN_ORDER = "all layers, with the first one on top";
/** The layers are stacked in the opposite order. */
export const REVERSED = "all layers, with the last one on top";

function layersSeen(box: ProcessState, drawn: RandomInputs): string {
	const missing = (
		[
			["added", "the first"],
			["between", "the second"],
			["lowest", "the last"],
		] as const
	).filter(([name]) => fileIn(box, drawn, name) === null);
	if (missing.length > 0) return `nothing of ${missing.map(([, layer]) => layer).join(" and ")} layer`;
	const isOf = (name: string, layer: string) =>
		fileIn(box, drawn, name)?.text === textIn(drawn[layer] ?? "", drawn[name] ?? "");
	const inOrder = [isOf("replaced", "top"), isOf("covered", "middle")];
	const reversed = [isOf("replaced", "middle"), isOf("covered", "base")];
	if (inOrder.every(Boolean))
		return fileIn(box, drawn, "hidden") === null ? IN_ORDER : "a file that a whiteout in the first layer hides";
	return reversed.every(Boolean) ? REVERSED : "all layers, in another order";
}

/** The entries of a container's upper layer. @param known a file that the upper layer must have */
function upperEntries({ overlay }: ProcessState, { trees }: HostState, known: string): Entry[] {
	if (overlay === null) return [];
	if (posix.isAbsolute(overlay.upperdir)) return overlay.upper;
	// The mount table shows upperdir as it was given. A relative one is looked for below CONTAINERS.
	const below = trees[CONTAINERS] ?? [];
	const end = `/${posix.normalize(overlay.upperdir)}/${known}`;
	const path = below.find((entry) => `/${entry.path}`.endsWith(end))?.path;
	if (path === undefined) return [];
	const upper = path.slice(0, -known.length);
	return below
		.filter((entry) => entry.path.startsWith(upper))
		.map((entry) => ({ ...entry, path: entry.path.slice(upper.length) }));
}

// The neighbour's command makes only one file. Every other entry was there when the command started.
function upperAtStart(neighbour: ProcessState | null, host: HostState, drawn: RandomInputs): string[] {
	if (neighbour === null) return [];
	const own = drawn["neighbourFile"] ?? "";
	const paths = upperEntries(neighbour, host, own).map(({ path }) => path);
	return paths.filter((path) => path !== "." && path !== own && !paths.some((above) => path.startsWith(`${above}/`)));
}

/** Files outside the layers that have the content of one of the {@link UNTOUCHED} files in the layers. */
function copies({ trees, mounts }: HostState, drawn: RandomInputs): string[] {
	const texts = new Set(
		["top", "middle", "base"].flatMap((layer) =>
			UNTOUCHED.map((name) => textIn(drawn[layer] ?? "", drawn[name] ?? "")),
		),
	);
	// Not copies: files seen through an overlay, or through another mount of a layer.
	const views = mounts.filter(({ fstype, root }) => fstype === "overlay" || `${root}/`.startsWith(`${LAYERS}/`));
	return [CONTAINERS, ...ELSEWHERE].flatMap((top) =>
		(trees[top] ?? [])
			.filter(({ kind, text }) => kind === "file" && texts.has(text))
			.map(({ path }) => posix.join(top, path))
			.filter((path) => !views.some(({ mountPoint }) => isWithin(path, mountPoint))),
	);
}

// The check has changed a file in each layer. A layer that still shows the old content is a copy.
function oldLayers(box: ProcessState, drawn: RandomInputs): string[] {
	const copied = Object.entries(CHANGED_BY_CHECK).filter(
		([, name]) => fileIn(box, drawn, name)?.text !== drawn["newContent"],
	);
	return copied.map(([layer]) => drawn[layer] ?? "");
}

// In words: no upperdir at all, the path of a layer, the second container's upperdir, or the container's own.
function whichUpperdir(box: ProcessState, neighbour: ProcessState | null, drawn: RandomInputs): string {
	const upper = box.overlay?.upperdir ?? "";
	if (upper === "") return "none";
	const layer = ["top", "middle", "base"].map((name) => drawn[name] ?? "").find((path) => isWithin(upper, path));
	if (layer !== undefined) return layer;
	const other = neighbour?.overlay?.upperdir ?? "";
	const isShared = posix.isAbsolute(upper) && posix.normalize(upper) === posix.normalize(other);
	return isShared ? "the second container's, too" : "its own";
}

const isWithin = (path: string, top: string) => `${posix.normalize(path)}/`.startsWith(`${top}/`);

// Which of the command's changes the upper layer contains, read from outside.
function inUpper(box: ProcessState, host: HostState, drawn: RandomInputs): string[] {
	const entries = upperEntries(box, host, drawn["created"] ?? "");
	const entry = (name: string) => entries.find(({ path }) => path === drawn[name]);
	const [edited, appended, created] = ["edited", "appended", "created"].map(entry);
	const [chmodded, deleted, remade] = ["chmodded", "deleted", "remade"].map(entry);
	// With the option userxattr, overlayfs marks an opaque directory in another way. Then the old file must be
	// invisible.
	const isEmpty = box.files[`${drawn["remade"]}/old`] === null;
	const found: [boolean, string][] = [
		[edited?.text === `${WRITTEN}\n`, "the overwritten file"],
		[
			appended?.text === `${textIn(drawn["top"] ?? "", drawn["appended"] ?? "")}${WRITTEN}\n`,
			"the file with appended text",
		],
		[chmodded?.mode === 0o600, "the file with the new mode"],
		[deleted?.kind === "char" && deleted.device === "0:0", "a whiteout for the deleted file"],
		[remade?.kind === "directory" && (remade.opaque || isEmpty), "an opaque directory for the replaced one"],
		[created?.text === `${WRITTEN}\n`, "the new file"],
	];
	return found.filter(([isThere]) => isThere).map(([, what]) => what);
}

function sharedWrites(box: ProcessState, neighbour: ProcessState | null, drawn: RandomInputs): string[] {
	if (neighbour === null) return [];
	const text = (name: string) => fileIn(neighbour, drawn, name)?.text ?? "";
	const seen: [boolean, string][] = [
		[fileIn(box, drawn, "neighbourFile") !== null, "the second container's new file"],
		[text("edited").includes(WRITTEN) || text("appended").includes(WRITTEN), "text that the first container wrote"],
		[fileIn(neighbour, drawn, "chmodded")?.mode === 0o600, "the new mode of a file"],
		[fileIn(neighbour, drawn, "deleted") === null, "that a file was deleted"],
		[fileIn(neighbour, drawn, "created") !== null, "the first container's new file"],
	];
	return seen.filter(([isSeen]) => isSeen).map(([, what]) => what);
}
