import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "../../harness/base/cache.ts";

/**
 * Makes a directory for the caches of the workers that run tests in machines; see own-cache.ts. Vitest calls this once,
 * before it starts the workers.
 * @returns a function that removes the caches
 */
export default async function makeOwnCaches(): Promise<() => Promise<void>> {
	await mkdir(join(cacheDir, "observations"), { recursive: true });
	// drydock removes abandoned directories with such a name.
	const root = await mkdtemp(join(cacheDir, "scratch-tests-"));
	process.env["DRYDOCK_TESTS_CACHES"] = root;
	return () => rm(root, { recursive: true, force: true });
}

/**
 * How many workers run tests in machines at a time. Many tests wait for most of their time, so two workers would leave
 * a processor idle.
 */
export const WORKERS = 3;
