import * as v from "valibot";
import { count, device, list, text } from "./bounded-schemas.ts";
import { Entry } from "./files.ts";
import { containerRow, type Inspection, type Subject } from "./subject.ts";

/** The overlay that is a process's root. `upperdir` and `workdir` are empty if it has no upper layer. */
const Overlay = v.object({
	lowerdirs: list(text),
	upperdir: text,
	workdir: text,
	/** The entries below upperdir; only the first ones if there are very many. */
	upper: list(Entry),
});
export type Overlay = v.InferOutput<typeof Overlay>;

/** A layer of an overlay. `entries` is null if the layer's directory was not found. */
const Layer = v.object({
	/** The layer's directory, as the overlay's options have it. */
	path: text,
	entries: v.nullable(
		list(
			v.object({
				/** Relative to the layer's directory. */
				path: text,
				kind: v.picklist(["file", "directory", "whiteout", "other"]),
				/** The size of a file in bytes. */
				size: count,
				/** Whether the overlay hides what lower layers have at this directory. */
				opaque: v.boolean(),
			}),
		),
	),
	/** Whether there are more entries than these. */
	more: v.boolean(),
});
export type Layer = v.InferOutput<typeof Layer>;

/** An overlay that is mounted somewhere. */
const Layers = v.object({
	/** The device number of the overlay. A mount table has it, too. */
	device,
	/** The topmost layer first. The entries include those that `upper` hides. */
	lower: list(Layer),
	/** Null if the overlay has no upper layer: then nothing can be written. */
	upper: v.nullable(Layer),
});
export type Layers = v.InferOutput<typeof Layers>;

const host = {
	/**
	 * The overlays in the mount table of the host and, in a stage, in those of the shells' foreground processes; null if
	 * not asked for.
	 */
	layers: v.nullable(list(Layers)),
};
const process = {
	/** The overlay that is its root; null when its root is something else. */
	overlay: v.nullable(Overlay),
};

export const overlay: Subject<typeof host, typeof process> = { host, process };

export const overlayInspection: Inspection<typeof overlay> = {
	section: "overlay",
	rows(_, { overlay }) {
		if (overlay === null) return [];
		const written = overlay.upper.map(({ path, kind, device }) => `${path} (${device === "0:0" ? "whiteout" : kind})`);
		return [
			containerRow("lowerdir", ...overlay.lowerdirs),
			containerRow("upperdir", overlay.upperdir),
			containerRow("in upperdir", ...written),
		];
	},
};
