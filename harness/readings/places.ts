import * as v from "valibot";
import { list, record, text } from "./bounded.ts";
import { Place } from "./root.ts";
import type { Subject } from "./subject.ts";

const host = {
	/** Files and directories of the host by device and inode, by path: the root, and what is asked for. Null where there is nothing. */
	places: v.optional(record(text, v.nullable(Place)), {}),
};
const process = {
	/** Where it finds the secrets: below its root, and below whatever is mounted there. */
	secrets: v.optional(list(text), []),
};

interface Asked {
	/** Files and directories of the host to know again, whatever path leads to them. */
	paths?: string[];
	/**
	 * Files of the host, relative to its root. They are known again, and looked for in a command's root and in all that is
	 * mounted there.
	 */
	secrets?: string[];
}

export const places: Subject<typeof host, typeof process, Asked> = {
	host,
	process,
	rehearsed: { paths: ["/lab"], secrets: ["secret"] },
};
