import { join } from "node:path";

// Vitest loads this in each worker before any test file, and thus before harness/base/cache.ts.
const { DRYDOCK_TESTS_CACHES: caches, VITEST_POOL_ID: worker } = process.env;
if (caches !== undefined && worker !== undefined) process.env["DRYDOCK_CACHE"] = join(caches, worker);
