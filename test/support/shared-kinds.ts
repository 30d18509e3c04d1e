/** The folders of the cache that all workers of the tests share. This file imports nothing: see own-cache.ts. */
export const SHARED_KINDS: readonly string[] = ["observations", "programs"];
