import { closeSync, openSync } from "node:fs";
import { flock, LOCK_EX, LOCK_UN } from "#kernel";

/** What is made for a container outside of it, and has to be removed. */
export interface Part {
	remove(): void;
}

/** The directory that all of box's containers have in common. */
const COMMON = "/sys/fs/cgroup/box";

/** Everything that was made for one container. */
export class Parts {
	#made: Part[] = [];

	/** Makes a part. One that cannot be made has removed what it had begun. */
	make<T extends Part>(make: () => T): T {
		const part = oneAtATime(make);
		this.#made.unshift(part);
		return part;
	}

	/** Said in a forked child: nothing of this is the child's to remove, also when it throws. */
	belongToParent(): void {
		this.#made = [];
	}

	/** Removes all of them, the last one first. */
	remove(): void {
		doAll(this.#made.splice(0).map((part) => () => oneAtATime(() => part.remove())));
	}
}

/** Takes all steps, also those that come after one that fails; then throws what the first has thrown. */
export function doAll(steps: readonly (() => void)[]): void {
	const errors: unknown[] = [];
	for (const step of steps)
		try {
			step();
		} catch (error) {
			errors.push(error);
		}
	if (errors.length > 0) throw errors[0];
}

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
