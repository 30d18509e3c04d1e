import { lstat, rmdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./interrupt.ts";

const RETRY_MS = 100;
/** Whoever holds a lock says every few seconds that they still do; after so long without a word nobody does. */
const STALE_MS = 15_000;

/**
 * Does some work while no other process does any under the same lock: the second waits for the first.
 * @param path what the lock is for; it need not be there, but its directory must
 * @throws ENOENT, EACCES, EROFS …: no lock can be made there
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
	const release = await locked(path);
	try {
		return await work();
	} finally {
		await release();
	}
}

async function locked(path: string): Promise<() => Promise<void>> {
	// Loaded only now: most commands change nothing.
	const { default: lockfile } = await import("proper-lockfile");
	let seen = { mtimeMs: Number.NaN, sinceMs: 0 };
	for (;;) {
		try {
			const release = await lockfile.lock(path, { realpath: false, stale: STALE_MS, update: 3_000, onCompromised });
			return () => release().catch(unlessTaken);
		} catch (error) {
			// Its own retries would wait for a read-only directory as well, for ever.
			if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
			const { mtimeMs } = await lstat(`${path}.lock`).catch(() => ({ mtimeMs: Number.NaN }));
			if (mtimeMs !== seen.mtimeMs) seen = { mtimeMs, sinceMs: performance.now() };
			// The library goes by the computer's clock: by that, a lock of the future would be held for years.
			else if (performance.now() - seen.sinceMs > STALE_MS) await rmdir(`${path}.lock`).catch(unlessGone);
			await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal: interruption });
		}
	}
}

// A computer that slept, or was too busy to say that it still works here, has lost its lock to the next. What is done
// under a lock is published whole, so it is as good as before: nothing is stopped, and there is nothing to give back.
const onCompromised = () => {};

function unlessGone(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

function unlessTaken(error: NodeJS.ErrnoException): void {
	if (error.code !== "ERELEASED") throw error;
}
