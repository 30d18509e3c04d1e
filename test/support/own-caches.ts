import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "../../harness/base/cache.ts";
import { SHARED_KINDS } from "./shared-kinds.ts";

/**
 * Makes a directory for the workers that run tests in machines. It holds their caches (see own-cache.ts) and their
 * turns (see turns.ts). Vitest calls this function once, before it starts the workers.
 * @returns a function that removes the directory
 */
export default async function makeOwnCaches(): Promise<() => Promise<void>> {
	// Each worker's cache has links to these directories.
	for (const kind of SHARED_KINDS) await mkdir(join(cacheDir, kind), { recursive: true });
	// If the tests are killed, the directory stays. Later, drydock removes it, because its name begins with
	// `scratch-`.
	const root = await mkdtemp(join(cacheDir, "scratch-tests-"));
	process.env["DRYDOCK_TESTS_CACHES"] = root;
	return () => rm(root, { recursive: true, force: true });
}

/**
 * How many workers run tests in machines at a time. Many tests wait for most of their time, so two workers would leave
 * a processor idle.
 */
export const WORKERS = 3;
