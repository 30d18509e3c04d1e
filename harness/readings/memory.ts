import * as v from "valibot";
import { count } from "./bounded.ts";
import type { Subject } from "./subject.ts";

const host = {
	/** How many processes the kernel has killed since it started because memory ran out. */
	oomKills: count,
	/** Of the whole machine, in bytes: what is not available, and all that there is. See MemAvailable in proc_meminfo(5). */
	memory: v.nullable(v.object({ usedBytes: count, totalBytes: count })),
};

export const memory: Subject<typeof host, Record<never, never>, Record<never, never>> = {
	host,
	process: {},
	rehearsed: {},
};
