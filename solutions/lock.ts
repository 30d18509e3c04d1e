import { closeSync, openSync } from "node:fs";
import { flock, LOCK_EX, LOCK_UN } from "#kernel";

/** The directory that all of box's containers have in common. */
const COMMON = "/sys/fs/cgroup/box";

/** Several boxes at once share a bridge: one must not remove it while another is about to use it. */
export function oneAtATime<T>(work: () => T): T {
	const lock = openSync(COMMON, "r");
	try {
		flock(lock, LOCK_EX);
		return work();
	} finally {
		// Not closeSync alone: a process that was forked meanwhile has the file open, too.
		flock(lock, LOCK_UN);
		closeSync(lock);
	}
}
