import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./interrupt.ts";

const RETRY_MS = 100;

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
	for (;;) {
		try {
			const release = await lockfile.lock(path, { realpath: false, stale: 15_000, update: 3_000, onCompromised });
			return () => release().catch(unlessTaken);
		} catch (error) {
			// Its own retries would wait for a read-only directory as well, for ever.
			if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
			await sleep(RETRY_MS * (0.5 + Math.random()), undefined, { signal: interruption });
		}
	}
}

// A computer that slept, or was too busy to say that it still works here, has lost its lock to the next. What is done
// under a lock is published whole, so it is as good as before: nothing is stopped, and there is nothing to give back.
const onCompromised = () => {};

function unlessTaken(error: NodeJS.ErrnoException): void {
	if (error.code !== "ERELEASED") throw error;
}
