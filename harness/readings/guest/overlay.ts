import { type Dirent, lstatSync, readdirSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { hasAttribute } from "../../../native/guest.ts";
import type { Mount } from "../mounts.ts";
import type { Layer, Layers, Overlay } from "../overlay.ts";
import { readTree } from "./files.ts";
import type { HostReading } from "./host-reading.ts";
import { HARBOUR_ROOT } from "./paths.ts";
import type { Reader } from "./reader.ts";

const ENTRIES_MAX = 48;
const OVERLAYS_MAX = 8;

export const overlay: Reader<"overlay"> = (asked) => ({
	host: (host) => ({ layers: asked === undefined ? null : readAllLayers(host) }),
	process: ({ mounts }) => ({ overlay: readRootOverlay(mounts) }),
});

// An overlay's options have its directories, as they were named in the call of mount(2). The overlay was mounted on the
// host, so the paths are the host's.
function readRootOverlay(mounts: readonly Mount[]): Overlay | null {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	if (root?.fstype !== "overlay") return null;
	const { lowerdirs, upperdir, workdir } = directoriesIn(root.options);
	return {
		lowerdirs,
		upperdir,
		workdir,
		upper: (upperdir === "" ? null : readTree(`${HARBOUR_ROOT}${upperdir}`)) ?? [],
	};
}

/** The directories in the options of an overlay's mount; "" for those that are not among the options. */
export function directoriesIn(options: string): Omit<Overlay, "upper"> {
	const option = (name: string) => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(options)?.[1] ?? "";
	return { lowerdirs: option("lowerdir").split(":"), upperdir: option("upperdir"), workdir: option("workdir") };
}

function readAllLayers({ mounts, earlier }: HostReading): Layers[] {
	const all = [...mounts, ...earlier.flatMap((process) => process.mounts)];
	const points = all.filter(({ fstype }) => fstype === "overlay").map(({ mountPoint }) => dirname(mountPoint));
	// A relative path often begins in the directory of the process that has mounted the overlay, or beside the mount
	// point.
	return readLayers(all, [...new Set([...earlier.map(({ cwd }) => cwd), ...points])]);
}

/**
 * Reads the layers of the overlays in some mount tables, OVERLAYS_MAX overlays at most.
 * @param directories where a relative path may begin: an overlay's options have the paths as they were typed
 */
function readLayers(mounts: readonly Mount[], directories: readonly string[]): Layers[] {
	const overlays = mounts.filter(({ fstype }) => fstype === "overlay");
	const byDevice = new Map(overlays.map((mount) => [mount.device, mount]));
	return [...byDevice.values()].slice(0, OVERLAYS_MAX).map((mount) => readOverlay(mount, directories));
}

function readOverlay({ device, options }: Mount, directories: readonly string[]): Layers {
	const { upperdir, lowerdirs } = directoriesIn(options);
	const upper = upperdir === "" ? null : readLayer(upperdir, directories, []);
	const covered = upper?.entries?.map(({ path }) => path) ?? [];
	return { device, upper, lower: lowerdirs.filter(Boolean).map((path) => readLayer(path, directories, covered)) };
}

// `covered`: the paths in the upper layer. They come first, so that they are read however many other entries there are.
function readLayer(path: string, directories: readonly string[], covered: readonly string[]): Layer {
	const top = directoryAt(path, directories);
	if (top === null) return { path, entries: null, more: false };
	const paths = new Set(covered);
	const more = collect(top, "", paths);
	const entries = [...paths].sort().flatMap((name) => entryAt(top, name) ?? []);
	return { path, entries, more };
}

function directoryAt(path: string, directories: readonly string[]): string | null {
	const candidates = isAbsolute(path) ? [path] : directories.map((directory) => join(directory, path));
	const tops = candidates.map((candidate) => `${HARBOUR_ROOT}${candidate}`);
	return tops.find((top) => infoOf(top)?.isDirectory()) ?? null;
}

/** Adds the paths below a directory, level by level. @returns whether some were left out */
function collect(top: string, directory: string, paths: Set<string>): boolean {
	const queue = [directory];
	for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
		for (const entry of entriesOf(`${top}/${next}`)) {
			const path = next === "" ? entry.name : `${next}/${entry.name}`;
			if (paths.size >= ENTRIES_MAX && !paths.has(path)) return true;
			paths.add(path);
			if (entry.isDirectory()) queue.push(path);
		}
	}
	return false;
}

function entryAt(top: string, path: string): NonNullable<Layer["entries"]>[number] | null {
	const info = infoOf(`${top}/${path}`);
	if (info === null) return null;
	const kind = kindOf(info);
	const opaque = kind === "directory" && hasAttribute(`${top}/${path}`, "trusted.overlay.opaque");
	return { path, kind, size: kind === "file" ? info.size : 0, opaque };
}

// A whiteout is a character device 0:0. See overlayfs in the kernel's documentation.
function kindOf(info: Stats): "file" | "directory" | "whiteout" | "other" {
	if (info.isFile()) return "file";
	if (info.isDirectory()) return "directory";
	return info.isCharacterDevice() && info.rdev === 0 ? "whiteout" : "other";
}

function entriesOf(directory: string): Dirent[] {
	try {
		return readdirSync(directory, { withFileTypes: true });
	} catch {
		return []; // The directory has just been removed.
	}
}

function infoOf(path: string): Stats | null {
	try {
		return lstatSync(path);
	} catch {
		return null;
	}
}
