import * as v from "valibot";
import { device, list, matching, text } from "./bounded-schemas.ts";
import { containerRow, type Inspection, row, type Subject } from "./subject.ts";

/** Identifies a file or directory, whatever path leads to it. */
export const FileId = v.object({ device, inode: matching(/^\d{1,20}$/) });
export type FileId = v.InferOutput<typeof FileId>;

const host = {
	/** Entries of the root directory. */
	root: list(text),
};
const process = {
	/** Entries of its root directory. */
	root: list(text),
	/** Identifies its root directory; null if that could not be read. */
	rootPlace: v.optional(v.nullable(FileId), null),
	/** Its current directory, as a path in its mount namespace. */
	cwd: text,
	/** Whether the way up from its current directory (by "..") leads to its root. */
	cwdInsideRoot: v.boolean(),
};

export const root: Subject<typeof host, typeof process> = { host, process };

export const rootInspection: Inspection<typeof root> = {
	section: "hostname and files",
	rows: (host, process) => [
		row("entries of /", [host.root.toSorted().join(" ")], [process.root.toSorted().join(" ")]),
		containerRow("current dir", process.cwd),
	],
};
