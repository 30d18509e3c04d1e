import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { SHARED_KINDS } from "./shared-kinds.ts";

// Vitest loads this in each worker that runs tests in machines, before each test file. So it comes before
// harness/base/cache.ts.
const { DRYDOCK_TESTS_CACHES: caches } = process.env;
if (caches !== undefined) process.env["DRYDOCK_CACHE"] = ownCacheIn(caches);

/**
 * Gives a worker a cache of its own, so that tests can look for what is left in it, or damage it, while another worker
 * goes on. Files are hard links: an entry's files never change. Observations and programs are shared, so that no worker
 * plays or bundles what another one has.
 */
function ownCacheIn(caches: string): string {
	// Vitest may give the same VITEST_POOL_ID to two workers that run at the same time.
	const own = join(caches, String(process.pid));
	if (existsSync(own)) return own;
	mkdirSync(own);
	const common = dirname(caches);
	for (const entry of readdirSync(common, { withFileTypes: true }))
		if (entry.isDirectory() && !entry.name.startsWith("scratch") && !SHARED_KINDS.includes(entry.name))
			execFileSync("cp", ["-al", join(common, entry.name), join(own, entry.name)]);
	for (const name of SHARED_KINDS) symlinkSync(join(common, name), join(own, name));
	return own;
}
