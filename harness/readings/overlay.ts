import * as v from "valibot";
import { list, text } from "./bounded.ts";
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

const process = {
	/** The overlay that is its root; null when its root is something else. */
	overlay: v.nullable(Overlay),
};

export const overlay: Subject<Record<never, never>, typeof process> = {
	host: {},
	process,
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
