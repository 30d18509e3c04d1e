import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

// Vitest loads this in each worker before each test file, and thus before harness/base/cache.ts.
const { DRYDOCK_TESTS_CACHES: caches } = process.env;
if (caches !== undefined) process.env["DRYDOCK_CACHE"] = ownCacheIn(caches);

/**
 * Gives a worker a cache of its own, so that tests can look for what is left in it, or damage it, while another worker
 * goes on. Files are hard links: an entry's files never change. Observations are shared, so that no worker plays what
 * another one has played.
 */
function ownCacheIn(caches: string): string {
	// Vitest may give the same VITEST_POOL_ID to two workers that run at the same time.
	const own = join(caches, String(process.pid));
	if (existsSync(own)) return own;
	mkdirSync(own);
	const common = dirname(caches);
	for (const entry of readdirSync(common, { withFileTypes: true }))
		if (entry.isDirectory() && !/^scratch|^observations$/.test(entry.name))
			execFileSync("cp", ["-al", join(common, entry.name), join(own, entry.name)]);
	symlinkSync(join(common, "observations"), join(own, "observations"));
	return own;
}
