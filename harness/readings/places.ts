import * as v from "valibot";
import { list, record, text } from "./bounded-schemas.ts";
import { FileId } from "./root.ts";
import type { Subject } from "./subject.ts";

/** Where files of the host turn up: which files of the host there are, and the paths at which a process finds them. */

const host = {
	/**
	 * Device and inode of the host's root, and of the paths and secrets that the run asks for, by absolute path. Null:
	 * nothing is at the path.
	 */
	places: v.optional(record(text, v.nullable(FileId)), {}),
};
const process = {
	/** The paths at which the process finds one of the secrets: in its root, or in anything that is mounted there. */
	secrets: v.optional(list(text), []),
};

export interface PlacesRequest {
	/** Files and directories of the host that the check wants to recognise, whatever path leads to them. */
	paths?: string[];
	/**
	 * Files of the host, by paths relative to its root. Their device and inode are read, and the same paths are looked
	 * for in a command's root and in everything that is mounted there.
	 */
	secrets?: string[];
}

export const places: Subject<typeof host, typeof process> = {
	host,
	process,
};
