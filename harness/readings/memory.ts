import * as v from "valibot";
import { count } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

const host = {
	/** How many processes the kernel has killed since boot because memory ran out. */
	oomKills: count,
	/**
	 * The whole machine's memory, in bytes. `usedBytes` is all but MemAvailable: see proc_meminfo(5). Null if the run
	 * does not ask for it.
	 */
	memory: v.nullable(v.object({ usedBytes: count, totalBytes: count })),
};

export const memory: Subject<typeof host, Record<never, never>> = {
	host,
	process: {},
};
