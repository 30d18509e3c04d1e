import type { Layers } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import { latestTwo } from "./changes.ts";
import { layerChangeText } from "./layer-changes.ts";
import type { Cell, OverlayPicture, PathRow } from "./overlay-picture.ts";
import type { Past, Picture } from "./past.ts";

export interface LayersPicture extends Picture {
	overlays: OverlayPicture[];
}

const ROWS_MAX = 10;
const OVERLAYS_MAX = 2;

/** The mounted overlays, the last two at most, and what each of their layers holds. */
export function layersOf(past: Past): LayersPicture {
	const { now, before } = latestTwo(past, ({ view }) => overlaysIn(view));
	if (now === null) return { overlays: [], latestChange: "" };
	const overlays = now.slice(-OVERLAYS_MAX).map((overlay) => {
		const previous = before?.find(({ device, upper }) => device === overlay.device && upper === overlay.upper);
		return shortened({ ...overlay, changedPaths: previous === undefined ? [] : changedPaths(previous, overlay) });
	});
	return { overlays, latestChange: before === null ? "" : layerChangeText(before, now) };
}

function overlaysIn(view: KernelState): OverlayPicture[] {
	const layers = view.host.layers ?? Object.values(view.shells).flatMap(layersOfRoot);
	return layers.flatMap((overlay) => {
		const merged = mountPoints(view, overlay.device);
		return merged.length === 0 ? [] : [{ ...tableOf(overlay), merged, work: workDirectory(view, overlay.device) }];
	});
}

function workDirectory({ host, shells }: KernelState, device: string): string {
	const all = [host, ...Object.values(shells)].flatMap((state) => state?.mounts ?? []);
	const options = all.find((mount) => mount.device === device)?.options ?? "";
	return /(?:^|,)workdir=([^,]*)/.exec(options)?.[1] ?? "";
}

function mountPoints({ host, shells }: KernelState, device: string): string[] {
	const tables = [host.mounts, ...Object.values(shells).map((shell) => shell?.mounts ?? [])];
	const points = tables.flatMap((table) => table.filter((mount) => mount.device === device));
	return [...new Set(points.map(({ mountPoint }) => mountPoint))];
}

// Older recordings hold only the overlay that is a process's root, and the entries of its upper layer.
function layersOfRoot(shell: KernelState["shells"][string]): Layers[] {
	const device = shell?.mounts.findLast(({ mountPoint }) => mountPoint === "/")?.device;
	if (shell?.overlay == null || device === undefined) return [];
	const { lowerdirs, upperdir, upper } = shell.overlay;
	const entries = upper
		.filter(({ path }) => path !== ".")
		.map(({ path, kind, device: number, size, opaque }) => ({
			...{ path, size, opaque },
			kind: kind === "char" && number === "0:0" ? "whiteout" : kind === "file" || kind === "directory" ? kind : "other",
		})) as NonNullable<Layers["lower"][number]["entries"]>;
	const lower = lowerdirs.map((path) => ({ path, entries: null, more: false }));
	return [{ device, lower, upper: upperdir === "" ? null : { path: upperdir, entries, more: false } }];
}

type Entry = NonNullable<Layers["lower"][number]["entries"]>[number];
type Contents = Map<string, Entry>;

function tableOf({ device, lower, upper }: Layers): OverlayPicture {
	const contents = (layer: Layers["upper"]): Contents =>
		new Map((layer?.entries ?? []).map((entry) => [entry.path, entry]));
	const [top, below] = [contents(upper), lower.map(contents)];
	const paths = [...new Set([top, ...below].flatMap((layer) => [...layer.keys()]))].sort();
	const rows = paths.map((path): PathRow => {
		const [shown, shownBelow] = [shownAt([top, ...below], path), shownAt(below, path)];
		return {
			path,
			lower: below.map((layer) => cellOf(layer.get(path), null)),
			upper: cellOf(top.get(path), shownBelow !== null),
			from: shown === null ? null : shown === 0 ? "upper" : shown - 1,
			size: top.get(path)?.size ?? 0,
		};
	});
	const isTruncated = [upper, ...lower].some((layer) => layer?.more === true);
	return {
		device,
		merged: [],
		lower: lower.map(({ path }) => path),
		upper: upper?.path ?? null,
		work: "",
		rows,
		changedPaths: [],
		isTruncated,
	};
}

/**
 * What a layer holds at a path.
 * @param covers whether the entry is the upper layer's and covers something below; null for a lower layer's entry
 */
function cellOf(entry: Entry | undefined, covers: boolean | null): Cell {
	if (entry === undefined) return "";
	if (entry.kind === "whiteout") return "whiteout";
	if (entry.kind === "directory") return entry.opaque ? "opaque" : "directory";
	return covers === null ? "file" : covers ? "copied up" : "new";
}

/**
 * Index of the layer whose entry is visible, 0 for the topmost layer; null if none is visible. See overlayfs in the
 * kernel's documentation.
 */
function shownAt(layers: readonly Contents[], path: string): number | null {
	const parents = path
		.split("/")
		.map((_, index, names) => names.slice(0, index).join("/"))
		.slice(1);
	for (const [index, layer] of layers.entries()) {
		const entry = layer.get(path);
		if (entry !== undefined) return entry.kind === "whiteout" ? null : index;
		const hides = (directory: string) => {
			const found = layer.get(directory);
			return found !== undefined && (found.kind !== "directory" || found.opaque);
		};
		if (parents.some(hides)) return null;
	}
	return null;
}

function changedPaths(before: OverlayPicture, now: OverlayPicture): string[] {
	const old = new Map(before.rows.map((row) => [row.path, JSON.stringify(row)]));
	return now.rows.filter((row) => old.get(row.path) !== JSON.stringify(row)).map(({ path }) => path);
}

// Leaves out directories that only hold other rows. If there are still too many rows, prefers those that were written
// to, then those that are not visible.
function shortened(overlay: OverlayPicture): OverlayPicture {
	const holds = (directory: string) => overlay.rows.some(({ path }) => path.startsWith(`${directory}/`));
	const worthShowing = overlay.rows.filter(
		({ path, upper, lower }) =>
			(upper !== "directory" && upper !== "") ||
			!([upper, ...lower].every((cell) => cell === "" || cell === "directory") && holds(path)),
	);
	const chosen = new Set(worthShowing.toSorted((one, other) => importance(other) - importance(one)).slice(0, ROWS_MAX));
	return {
		...overlay,
		rows: worthShowing.filter((row) => chosen.has(row)),
		isTruncated: overlay.isTruncated || worthShowing.length > ROWS_MAX,
	};
}

const importance = ({ upper, from }: PathRow) => (upper !== "" && upper !== "directory" ? 2 : from === null ? 1 : 0);
