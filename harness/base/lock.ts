import { lstatSync, mkdirSync, rmdirSync, utimesSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./interrupt.ts";

const RETRY_MS = 100;
/** How often the owner of a lock renews it. */
const RENEW_MS = 3_000;
/** A lock that nobody has renewed for so long belongs to nobody: its owner was killed. */
const STALE_MS = 15_000;

/**
 * Does some work while no other process does any under the same lock: the second waits for the first.
 *
 * The lock is a directory. mkdir(2) makes it or fails, on a network's file system too, and the owner renews its time. A lock
 * of the kernel's, such as flock(2), would end with its owner, but Node offers none: that takes a compiled library, and
 * no package has one for every computer that drydock runs on.
 * @param path what the lock is for; it need not be there, but its directory must
 * @throws ENOENT, EACCES, EROFS …: no lock can be made there
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
	const lock = await acquired(`${path}.lock`);
	try {
		return await work();
	} finally {
		lock.release();
	}
}

async function acquired(path: string): Promise<Lock> {
	let seen = { timeMs: Number.NaN, sinceMs: 0 };
	while (!make(path)) {
		const timeMs = timeOf(path);
		if (timeMs !== seen.timeMs) seen = { timeMs, sinceMs: performance.now() };
		// The second condition goes by no clock: a lock may have a time in the future.
		if (Date.now() - timeMs > STALE_MS || performance.now() - seen.sinceMs > STALE_MS) remove(path, timeMs);
		else await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal: interruption });
	}
	return new Lock(path);
}

/** A lock that this process has made. */
class Lock {
	static readonly #held = new Set<Lock>();

	readonly #path: string;
	/** What the lock's time was set to last. Another process that takes the lock over sets another one. */
	#timeMs: number;
	readonly #timer: NodeJS.Timeout;

	constructor(path: string) {
		this.#path = path;
		this.#timeMs = renew(path);
		this.#timer = setInterval(() => this.#renew(), RENEW_MS).unref();
		Lock.#held.add(this);
	}

	release(): void {
		clearInterval(this.#timer);
		Lock.#held.delete(this);
		remove(this.#path, this.#timeMs);
	}

	// A computer that slept, or was too busy to renew a lock, has lost it to the next process. Work under a lock is published
	// whole, so it may come to its end; but the lock is not renewed any more, nor removed.
	#renew(): void {
		try {
			if (timeOf(this.#path) === this.#timeMs) this.#timeMs = renew(this.#path);
		} catch {
			// The next try may succeed. If none does, another process takes the lock over.
		}
	}

	static {
		// A process that ends in the middle of its work lets the next one begin at once.
		process.on("exit", () => {
			for (const lock of Lock.#held) {
				try {
					lock.release();
				} catch {
					// Then it becomes stale.
				}
			}
		});
	}
}

/** @returns whether the lock was made; false: another process has it */
function make(path: string): boolean {
	try {
		mkdirSync(path);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

// In whole seconds: every file system gives back the same time as was set.
function renew(path: string): number {
	const now = new Date(Math.ceil(Date.now() / 1_000) * 1_000);
	utimesSync(path, now, now);
	return timeOf(path);
}

/** When the lock was last renewed, in ms since 1970; NaN if there is none. */
function timeOf(path: string): number {
	return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
}

// Looks and removes without a pause in between: several processes may have found the same stale lock, and one of them may
// have made its own meanwhile.
function remove(path: string, timeMs: number): void {
	try {
		if (timeOf(path) === timeMs) rmdirSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
