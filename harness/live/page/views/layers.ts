import { layersOf } from "../../views/layers.ts";
import type { Cell, OverlayPicture, PathRow } from "../../views/overlay-picture.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

const SYMBOLS: Record<Cell, string> = {
	"": "",
	file: "■",
	directory: "▢",
	new: "+",
	"copied up": "↑",
	whiteout: "✕",
	opaque: "⊘",
};

/** An overlay's layers: what each of them holds, and what is visible of it. */
export const layers: Painter = {
	name: "layers",
	title: "Layers",
	isRead: ({ host }) => host.layers !== null,
	paint(past) {
		const { latestChange, overlays } = layersOf(past);
		const body =
			overlays.length === 0
				? h("p", { class: "layers-empty" }, "No overlay is mounted.")
				: h("div", { class: "layers" }, ...overlays.map(overlayTable));
		return { latestChange, body };
	},
};

function overlayTable({ merged, lower, upper, rows, changedPaths, isTruncated }: OverlayPicture): Element {
	const head = (role: string, path: string) =>
		h("th", { scope: "col", title: path }, h("span", { class: "layers-role" }, role), h("br"), lastComponent(path));
	const columns = [
		h("th", { scope: "col" }, "path"),
		...lower.toReversed().map((path) => head("lower", path)),
		upper !== null && head("upper", upper),
		head("merged", merged[0] ?? ""),
	];
	return h(
		"table",
		{ class: "layers-table" },
		h("thead", {}, h("tr", {}, ...columns)),
		h("tbody", {}, ...rows.map((row) => pathRow(row, upper !== null, changedPaths.includes(row.path)))),
		isTruncated && h("caption", { class: "layers-omitted" }, "some paths are not shown"),
	);
}

function pathRow({ path, lower, upper, from }: PathRow, written: boolean, isNew: boolean): Element {
	const below = lower.map((cell, index) => ({ cell, hidden: cell !== "" && cell !== "directory" && from !== index }));
	return h(
		"tr",
		{ class: isNew && "layers-new" },
		h(
			"th",
			{ scope: "row", class: "layers-path" },
			isNew && h("span", { title: "has just changed" }, "● "),
			...withLineBreaks(path),
		),
		...below.toReversed().map(({ cell, hidden }) => cellOf(cell, hidden)),
		written && cellOf(upper, false),
		h(
			"td",
			{ class: from === null ? "layers-not-visible" : "layers-visible" },
			from === null ? "– not visible" : "◉ visible",
		),
	);
}

function cellOf(cell: Cell, hidden: boolean): Element {
	const kind = cell === "" ? "none" : cell.replace(" ", "-");
	const text = cell === "" ? "" : `${SYMBOLS[cell]} ${cell}`;
	return h(
		"td",
		{ class: `layers-cell layers-${kind}${hidden ? " layers-hidden" : ""}` },
		hidden ? `${text}, hidden` : text,
	);
}

// Lets a path continue on the next line after each of its components.
const withLineBreaks = (path: string) =>
	path.split("/").flatMap((name, index, names) => (index < names.length - 1 ? [`${name}/`, h("wbr")] : [name]));

// The end of a long path tells more than its beginning.
const lastComponent = (path: string) => path.split("/").filter(Boolean).slice(-1)[0] ?? "/";
