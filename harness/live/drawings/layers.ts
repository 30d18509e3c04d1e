import { lastComponent } from "../views/layer-changes.ts";
import type { LayersPicture } from "../views/layers.ts";
import type { Cell, OverlayPicture, PathRow } from "../views/overlay-picture.ts";
import { counted } from "../views/phrases.ts";
import type { Box, Drawing, Point } from "./shapes.ts";
import type { Sheet } from "./sheet.ts";

const MARGIN = 10;
const COLUMN_MIN = 104;
const CELL_HEIGHT = 27;
/** The gap between two layers, where the arrows are. */
const GAP = 26;

const SYMBOLS: Record<Exclude<Cell, "">, string> = {
	file: "■ file",
	directory: "▢ directory",
	new: "+ new",
	"copied up": "↑ copied up",
	whiteout: "✕ whiteout",
	opaque: "⊘ opaque",
};

/**
 * Each overlay as a stack of layers: the merged directory on top, then the upper layer, then the lower ones. Each path
 * is a column. An arrow leads from the entry that is visible up to the merged directory. Another one leads from a lower
 * entry to its copy in the upper layer. If the upper layer has a whiteout or an opaque directory, a bar is drawn above the
 * lower entries of the same path.
 */
export function drawLayers({ overlays, latestChange }: LayersPicture, sheet: Sheet): Drawing {
	if (overlays.length === 0) {
		const text = sheet.text("empty", [0, 0], "No overlay is mounted.", { look: "muted" });
		if (latestChange !== "") sheet.callout(latestChange, { x: 0, y: text.height + 8, width: sheet.width }, null);
		return sheet.finish();
	}
	let y = 0;
	for (const overlay of overlays) y = drawOverlay(overlay, sheet, y, latestChange) + 24;
	return sheet.finish();
}

interface Layer {
	key: string;
	/** Versions of the layer's title, the longest first. The first one that fits is drawn. */
	titles: string[];
	/** A class of the style sheet. `mnt` gives the merged directory the colour of mounts. */
	look: string;
	cellOf(row: PathRow): { text: string; look: string } | null;
}

/** Draws one overlay, and returns its bottom. */
function drawOverlay(overlay: OverlayPicture, sheet: Sheet, top: number, latestChange: string): number {
	const columns = columnsThatFit(overlay, Math.max(2, Math.floor((sheet.width - 2 * MARGIN) / COLUMN_MIN)));
	const width = Math.min((sheet.width - 2 * MARGIN) / Math.max(1, columns.length), 180);
	const x = (index: number) => MARGIN + index * width;
	const heads = columns.map(({ path }, index) => {
		const words = path.split("/").map((name, at, names) => (at < names.length - 1 ? `${name}/` : name));
		const isChanged = overlay.changedPaths.includes(path);
		const style = { code: true, bold: true, size: 0.9, look: isChanged ? "changed" : "" };
		const mark = isChanged ? "● " : "";
		const text = `${mark}${path}`;
		const fits = sheet.widthOf(text, style) <= width - 8;
		return sheet.paragraph(
			`${overlay.device}.${path}`,
			[x(index), top],
			fits ? text : `${mark}${words.join(" ")}`,
			width - 8,
			style,
		);
	});
	let y = Math.max(top, ...heads.map((box) => box.y + box.height)) + 6;
	const cells = new Map<string, Box>();
	const titles: Box[] = [];
	for (const layer of layersOf(overlay)) {
		const key = `${overlay.device}.${layer.key}`;
		const at: Point = [MARGIN, y + 4];
		sheet.rectangle(key, { x: 0, y, width: sheet.width, height: 2 * CELL_HEIGHT + 8 }, `frame ${layer.look}`);
		const style = { bold: true, size: 0.9, look: layer.look };
		titles.push(sheet.text(`${key}.title`, at, sheet.fitOne(layer.titles, sheet.width - 2 * MARGIN, style), style));
		for (const [index, row] of columns.entries()) {
			const cell = layer.cellOf(row);
			if (cell === null) continue;
			const box = { x: x(index), y: y + CELL_HEIGHT, width: width - 8, height: CELL_HEIGHT };
			sheet.rectangle(`${key}.${row.path}`, box, `card ${cell.look}`);
			const style = {
				size: 0.88,
				bold: cell.look.includes("changed"),
				look: cell.look.includes("gone") ? "muted" : cell.look,
			};
			sheet.text(`${key}.${row.path}`, [box.x + 6, box.y + 4], sheet.fit(cell.text, box.width - 12, style), style);
			cells.set(`${layer.key} ${row.path}`, box);
		}
		y += 2 * CELL_HEIGHT + 8 + GAP;
	}
	for (const row of columns) drawArrows(overlay, row, cells, titles, sheet);
	const changed = columns.findIndex(({ path }) => overlay.changedPaths.includes(path));
	y += 4 - GAP;
	const hidden = overlay.rows.length - columns.length;
	if (hidden > 0 || overlay.isTruncated) {
		const text = hidden > 0 ? `and ${counted(hidden, "more path")}` : "and more paths";
		y += sheet.text(`${overlay.device}.hidden`, [MARGIN, y + 2], text, { size: 0.85, look: "muted" }).height + 10;
	}
	if (latestChange === "") return y;
	const place = { x: 0, y, width: sheet.width };
	const callout = sheet.callout(latestChange, place, changed < 0 ? null : x(changed) + width / 2);
	return callout.y + callout.height;
}

function layersOf({ merged, upper, lower, work }: OverlayPicture): Layer[] {
	const lowers = lower.map((path, index): Layer => {
		const place = lower.length === 1 ? "lower layer" : `lower layer ${lower.length - index}`;
		return {
			key: `lower.${index}`,
			titles: [`${lastComponent(path)}: ${place}, only read`, `${lastComponent(path)}: ${place}`],
			look: "layer",
			cellOf: (row) => lowerCell(row, index),
		};
	});
	const visible = merged[0] ?? "";
	const changes = `${lastComponent(upper ?? "")}: upper layer`;
	const withWork = work === "" ? [] : [`${changes}, for changes; ${lastComponent(work)} is the kernel's own`];
	return [
		{ key: "merged", titles: [`${visible}: what a process sees`, visible], look: "mnt", cellOf: mergedCell },
		...(upper === null
			? []
			: [
					{
						key: "upper",
						titles: [...withWork, `${changes}, for changes`, changes],
						look: "container",
						cellOf: upperCell,
					},
				]),
		...lowers,
	];
}

const mergedCell = ({ from }: PathRow) =>
	from === null ? { text: "– not visible", look: "gone" } : { text: "◉ visible", look: "good" };

function upperCell({ upper }: PathRow) {
	if (upper === "") return null;
	const look = upper === "whiteout" || upper === "opaque" ? "bad" : upper === "directory" ? "" : "changed";
	return { text: SYMBOLS[upper], look };
}

function lowerCell({ lower, from }: PathRow, index: number) {
	const cell = lower[index] ?? "";
	if (cell === "") return null;
	const hidden = cell !== "directory" && from !== index;
	return { text: hidden ? `${SYMBOLS[cell].charAt(0)} hidden` : SYMBOLS[cell], look: hidden ? "gone" : "" };
}

function drawArrows(
	{ device }: OverlayPicture,
	{ path, from, upper, lower }: PathRow,
	cells: ReadonlyMap<string, Box>,
	titles: readonly Box[],
	sheet: Sheet,
): void {
	const top = cells.get(`merged ${path}`);
	const above = cells.get(`upper ${path}`);
	const source = cells.get(from === "upper" ? `upper ${path}` : `lower.${from} ${path}`);
	const bottom = (box: Box, part: number): Point => [box.x + box.width * part, box.y + box.height];
	const start = (box: Box, part: number): Point => [box.x + box.width * part, box.y];
	if (from !== null && top !== undefined && source !== undefined)
		drawArrow(sheet, `${device}.${path}.visible`, start(source, 0.3), bottom(top, 0.3), titles, "good");
	const below = lower.findIndex((cell) => cell !== "");
	const covered = cells.get(`lower.${below} ${path}`);
	if (above === undefined || covered === undefined) return;
	if (upper === "copied up")
		drawArrow(sheet, `${device}.${path}.copied`, start(covered, 0.7), bottom(above, 0.7), titles, "changed copied");
	// A bar below the entry: nothing gets through.
	if (upper === "whiteout" || upper === "opaque")
		sheet.line(
			`${device}.${path}.blocked`,
			[
				[above.x, above.y + above.height + 7],
				[above.x + above.width, above.y + above.height + 7],
			],
			"bad wall",
		);
}

/** Draws an arrow straight up. It passes behind the titles: it has a gap at each of them. */
function drawArrow(sheet: Sheet, key: string, from: Point, to: Point, titles: readonly Box[], look: string): void {
	const [x, bottom] = from;
	const inWay = titles
		.filter((box) => x > box.x - 4 && x < box.x + box.width + 4 && box.y < bottom && box.y > to[1])
		.toSorted((one, other) => other.y - one.y);
	let at = bottom;
	for (const [index, box] of inWay.entries()) {
		// Between a title and the entry below it, there may be no room for a line.
		const end = Math.min(at, box.y + box.height);
		sheet.line(
			`${key}.${index}`,
			[
				[x, at],
				[x, end],
			],
			look,
		);
		at = box.y;
	}
	sheet.line(key, [[x, at], to], look, { arrow: true });
}

/** The columns to draw. If not all fit, those that have just changed are preferred, then those that were written to. */
function columnsThatFit({ rows, changedPaths }: OverlayPicture, most: number): PathRow[] {
	const weight = ({ path, upper }: PathRow) => (changedPaths.includes(path) ? 2 : 0) + (upper !== "" ? 1 : 0);
	const chosen = rows.toSorted((one, other) => weight(other) - weight(one)).slice(0, most);
	return rows.filter((row) => chosen.includes(row));
}
