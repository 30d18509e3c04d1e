import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { flock, LOCK_EX, LOCK_UN } from "#kernel";
import { CGROUP, OWNER, RUN } from "./places.ts";

/** What the boxes lock: the directory of their containers' parent cgroup. A user's boxes lock one that is the user's own. */
const LOCKED = OWNER === 0 ? CGROUP : dirname(RUN);

/**
 * Runs `work` while no other box runs its own. Several boxes share a bridge: one box must not remove the bridge while
 * another is about to use it.
 */
export function oneAtATime<T>(work: () => T): T {
	const lock = openSync(LOCKED, "r");
	try {
		flock(lock, LOCK_EX);
		return work();
	} finally {
		// closeSync alone does not release the lock: a process that was forked meanwhile has the file open, too.
		flock(lock, LOCK_UN);
		closeSync(lock);
	}
}
