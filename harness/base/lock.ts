import { lstatSync, mkdirSync, rmdirSync, utimesSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./interrupt.ts";

const RETRY_MS = 100;
/** How often the owner of a lock renews it. */
const RENEW_MS = 3_000;
/** A lock that was not renewed for this long counts as abandoned: its owner was probably killed. */
const STALE_MS = 15_000;

/**
 * Runs some work while no other process holds the same lock. A second process waits for the first.
 *
 * The lock is a directory: mkdir(2) either makes it or fails, on network file systems, too. The owner renews the
 * directory's time. A kernel's lock, such as flock(2), would end with its owner, but Node offers none. Such a lock
 * takes a compiled library, and no package has one for every computer that drydock runs on.
 * @param path the path that the lock protects; it need not exist, but its directory must
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
		// The second condition does not compare with the clock: a lock's time may be in the future.
		if (Date.now() - timeMs > STALE_MS || performance.now() - seen.sinceMs > STALE_MS) remove(path, timeMs);
		else await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal: interruption });
	}
	return new Lock(path);
}

/** A lock that this process has made. */
class Lock {
	static readonly #held = new Set<Lock>();

	readonly #path: string;
	/** The time that this process last gave the lock. A process that takes the lock over gives it another time. */
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

	// If the computer slept, or was too busy to renew the lock, another process may have taken it over. Then this process
	// neither renews nor removes the lock. Its work may go on, because results are published complete.
	#renew(): void {
		try {
			if (timeOf(this.#path) === this.#timeMs) this.#timeMs = renew(this.#path);
		} catch {
			// The next try may succeed. If none does, another process takes the lock over.
		}
	}

	static {
		// A process that exits during its work releases its locks, so that the next process can begin at once.
		process.on("exit", () => {
			for (const lock of Lock.#held) {
				try {
					lock.release();
				} catch {
					// The lock becomes stale.
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

// Sets whole seconds: every file system returns such a time unchanged.
function renew(path: string): number {
	const now = new Date(Math.ceil(Date.now() / 1_000) * 1_000);
	utimesSync(path, now, now);
	return timeOf(path);
}

/** When the lock was last renewed, in ms since 1970; NaN if there is none. */
function timeOf(path: string): number {
	return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
}

// Compares before it removes: several processes may have found the same stale lock, and one of them may have made its own
// lock meanwhile. Both calls are synchronous, so that little time passes between them.
function remove(path: string, timeMs: number): void {
	try {
		if (timeOf(path) === timeMs) rmdirSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
