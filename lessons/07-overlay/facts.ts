import { posix } from "node:path";
import {
	commandAt,
	type Drawn,
	DURING,
	type Entry,
	type FactValue,
	type HostState,
	type Observation,
	type ProcessState,
} from "../../harness/grade/index.ts";
import { CONTAINERS, LAYERS, LOG, NEIGHBOUR, REFUSED, WRITTEN } from "./scenario.ts";

/** The mount that is a process's root. */
export const rootOf = (process: ProcessState | null) =>
	process?.mounts.findLast(({ mountPoint }) => mountPoint === "/");

/** What the kernel has said of overlays in its log, oldest first. */
export function kernelLog({ programs }: Observation): string[] {
	const lines = (programs[LOG]?.stdout ?? "").split("\n").filter(Boolean);
	// "[   12.345678] overlayfs: missing 'workdir'"
	return lines.map((line) => line.replace(/^\[[^\]]*\] /, ""));
}

/** The facts of this lesson. */
export function deriveOverlay(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const { before, after, moments } = observation;
	const during = moments[DURING]?.host ?? after;
	const box = commandAt(observation, DURING);
	const neighbour = commandAt(observation, DURING, NEIGHBOUR);
	const left = changes(before, after, [CONTAINERS, "/tmp"]);
	// The third container was started when the other two had made all that they make.
	const late = changes(during, after, [CONTAINERS, "/tmp"]);
	return {
		"neighbour.ending": neighbourEnding(observation),
		"refused.ending": observation.containers[REFUSED]?.ending.how ?? "not started",
		"layers.during": changes(before, during, [LAYERS]),
		"layers.after": changes(before, after, [LAYERS]),
		"left.files": left.filter((path) => !late.includes(path)),
		"refused.left": left.filter((path) => late.includes(path)),
		...(box === null
			? {}
			: {
					"root.fstype": rootOf(box)?.fstype ?? "none",
					"layers.seen": layersSeen(box, drawn),
					upperdir: whoseUpper(box, neighbour, drawn),
					upper: inUpper(box, during, drawn),
					"writes.shared": sharedWrites(box, neighbour, drawn),
				}),
	};
}

function neighbourEnding({ containers }: Observation): string {
	const ending = containers[NEIGHBOUR]?.ending;
	if (ending?.how === "returned") return `returned ${JSON.stringify(ending.value)}`;
	return ending?.how === "threw" ? `${ending.thrown.name}: ${ending.thrown.message}` : (ending?.how ?? "never started");
}

// The topmost paths that came, went or have another content: what lies below a new directory is not told as well.
function changes(before: HostState, now: HostState, tops: string[]): string[] {
	const told: string[] = [];
	for (const top of tops) {
		const [old, young] = [before, now].map(
			({ trees }) => new Map((trees[top] ?? []).map((entry) => [entry.path, entry])),
		);
		for (const path of [...new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])])].sort()) {
			const [one, other] = [old?.get(path), young?.get(path)];
			const full = posix.join(top, path);
			if (path === "." || same(one, other) || told.some((above) => full.startsWith(`${above}/`))) continue;
			told.push(full);
		}
	}
	return told;
}

// A directory's size says how many entries it has, and they are compared themselves.
function same(one: Entry | undefined, other: Entry | undefined): boolean {
	const shown = (entry: Entry | undefined) =>
		JSON.stringify(entry?.kind === "directory" ? { ...entry, size: 0 } : entry);
	return shown(one) === shown(other);
}

/** Looks a file of the layers up by its name in `drawn`. */
const fileIn = (process: ProcessState | null, drawn: Drawn, name: string) => process?.files[drawn[name] ?? ""] ?? null;

function layersSeen(box: ProcessState, drawn: Drawn): string {
	const replaced = fileIn(box, drawn, "replaced")?.text ?? "";
	const added = fileIn(box, drawn, "added") !== null;
	const hidden = fileIn(box, drawn, "hidden") === null;
	if (replaced.includes("top") && added && hidden) return "the first one on top";
	if (replaced.includes("base") && added) return "the last one on top";
	return added ? "neither over the other" : "only the last one";
}

function whoseUpper(box: ProcessState, neighbour: ProcessState | null, drawn: Drawn): string {
	const upper = box.overlay?.upperdir ?? "";
	if (upper === "") return "none";
	const layer = ["top", "base"].map((name) => drawn[name] ?? "").find((path) => within(upper, path));
	if (layer !== undefined) return layer;
	const other = neighbour?.overlay?.upperdir ?? "";
	const isShared = posix.isAbsolute(upper) && posix.normalize(upper) === posix.normalize(other);
	return isShared ? "the second container's, too" : "its own";
}

const within = (path: string, top: string) => `${posix.normalize(path)}/`.startsWith(`${top}/`);

// What the kernel has made of each change, read from outside.
function inUpper(box: ProcessState, host: HostState, drawn: Drawn): string[] {
	const entry = (name: string) => upperEntry(box, host, drawn[name] ?? "");
	const [edited, appended, created] = ["edited", "appended", "created"].map(entry);
	const [chmodded, deleted, remade] = ["chmodded", "deleted", "remade"].map(entry);
	// An overlay with the option userxattr says "opaque" with another attribute; what it shows is then the same.
	const isEmpty = box.files[`${drawn["remade"]}/old`] === null;
	const found: [boolean, string][] = [
		[edited?.text === `${WRITTEN}\n`, "the file written over"],
		[appended?.text === `of the top layer\n${WRITTEN}\n`, "the file appended to"],
		[chmodded?.mode === 0o600, "the file with another mode"],
		[deleted?.kind === "char" && deleted.device === "0:0", "a whiteout for the file deleted"],
		[remade?.kind === "directory" && (remade.opaque || isEmpty), "an opaque directory for the one made anew"],
		[created?.text === `${WRITTEN}\n`, "the new file"],
	];
	return found.filter(([isThere]) => isThere).map(([, what]) => what);
}

// The mount table has upperdir as it was given. Where that was relative, it is looked for below the engine's directory.
function upperEntry({ overlay }: ProcessState, { trees }: HostState, name: string): Entry | undefined {
	if (overlay === null) return undefined;
	if (posix.isAbsolute(overlay.upperdir)) return overlay.upper.find(({ path }) => path === name);
	return trees[CONTAINERS]?.find(({ path }) => `/${path}`.endsWith(`/${posix.normalize(overlay.upperdir)}/${name}`));
}

function sharedWrites(box: ProcessState, neighbour: ProcessState | null, drawn: Drawn): string[] {
	if (neighbour === null) return [];
	const text = (name: string) => fileIn(neighbour, drawn, name)?.text ?? "";
	const seen: [boolean, string][] = [
		[fileIn(box, drawn, "mine") !== null, "the second one's new file"],
		[text("edited").includes(WRITTEN) || text("appended").includes(WRITTEN), "the files written to"],
		[fileIn(neighbour, drawn, "chmodded")?.mode === 0o600, "the other mode"],
		[fileIn(neighbour, drawn, "deleted") === null, "that a file was deleted"],
		[fileIn(neighbour, drawn, "created") !== null, "the new file"],
	];
	return seen.filter(([isSeen]) => isSeen).map(([, what]) => what);
}
