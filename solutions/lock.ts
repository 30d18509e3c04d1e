import { closeSync, openSync } from "node:fs";
import { flock, LOCK_EX, LOCK_UN } from "#kernel";

/** The parent cgroup of all of box's containers. Its directory is what the boxes lock. */
const PARENT_CGROUP = "/sys/fs/cgroup/box";

/**
 * Runs `work` while no other box runs its own. Several boxes share a bridge: one box must not remove the bridge while
 * another is about to use it.
 */
export function oneAtATime<T>(work: () => T): T {
	const lock = openSync(PARENT_CGROUP, "r");
	try {
		flock(lock, LOCK_EX);
		return work();
	} finally {
		// closeSync alone does not release the lock: a process that was forked meanwhile has the file open, too.
		flock(lock, LOCK_UN);
		closeSync(lock);
	}
}
