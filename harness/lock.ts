/**
 * Does some work while no other process does any under the same lock: the second waits for the first.
 * @param path what the lock is for; it need not be there, but its directory must
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
	// Loaded only now: most commands change nothing.
	const { default: lockfile } = await import("proper-lockfile");
	const release = await lockfile.lock(path, {
		realpath: false,
		stale: 15_000,
		update: 3_000,
		retries: { forever: true, minTimeout: 100, maxTimeout: 1_000 },
	});
	try {
		return await work();
	} finally {
		await release();
	}
}
