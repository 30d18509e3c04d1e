import * as v from "valibot";
import { record, text } from "./bounded-schemas.ts";
import { FileId } from "./root.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Its open files by descriptor: the links in /proc/PID/fd. */
	descriptors: record(text, text),
	/** Device and inode of the file at each descriptor. */
	openPlaces: v.optional(record(text, FileId), {}),
};

export const descriptors: Subject<Record<never, never>, typeof process> = { host: {}, process };
