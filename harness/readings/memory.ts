import { count } from "./bounded.ts";
import type { Subject } from "./subject.ts";

const host = {
	/** How many processes the kernel has killed since it started because memory ran out. */
	oomKills: count,
};

export const memory: Subject<typeof host, Record<never, never>> = { host, process: {} };
