import * as v from "valibot";
import { count, device, list, text } from "./bounded.ts";
import { Entry } from "./files.ts";
import { containersRow, type Subject } from "./subject.ts";

/** The overlay that a process's root lies on. */
const Overlay = v.object({
	lowerdirs: list(text),
	upperdir: text,
	workdir: text,
	/** What is in upperdir. */
	upper: list(Entry),
});
export type Overlay = v.InferOutput<typeof Overlay>;

/** A directory of an overlay, and what is in it; null where it is no more. */
const Layer = v.object({
	path: text,
	entries: v.nullable(
		list(
			v.object({
				path: text,
				kind: v.picklist(["file", "directory", "whiteout", "other"]),
				/** Of a file, in bytes. */
				size: count,
				/** Nothing of the layers below this directory is seen. */
				opaque: v.boolean(),
			}),
		),
	),
	/** There are more entries than these. */
	more: v.boolean(),
});
export type Layer = v.InferOutput<typeof Layer>;

/** An overlay that is mounted somewhere. */
const Layers = v.object({
	/** Of the overlay: so a line of a mount table is found. */
	device,
	/** The topmost first. All that `upper` covers is among their entries. */
	lower: list(Layer),
	/** Null where nothing can be written. */
	upper: v.nullable(Layer),
});
export type Layers = v.InferOutput<typeof Layers>;

const host = {
	/** The overlays that the host or a process that is read has mounted. */
	layers: v.nullable(list(Layers)),
};
const process = {
	/** The overlay that is its root; null when its root is something else. */
	overlay: v.nullable(Overlay),
};

export const overlay: Subject<typeof host, typeof process, Record<never, never>> = {
	host,
	process,
	rehearsed: {},
	section: "overlay",
	rows(_, { overlay }) {
		if (overlay === null) return [];
		const written = overlay.upper.map(({ path, kind, device }) => `${path} (${device === "0:0" ? "whiteout" : kind})`);
		return [
			containersRow("lowerdir", ...overlay.lowerdirs),
			containersRow("upperdir", overlay.upperdir),
			containersRow("written", ...written),
		];
	},
};
