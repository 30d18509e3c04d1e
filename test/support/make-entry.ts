import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir, cached } from "../../harness/base/cache.ts";

// A process of its own for cache.test.ts: says that it is ready, waits for its parent's word, asks for an entry, and
// prints where it is.
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const entry = await cached("things", "one", async (staging) => {
	await appendFile(join(cacheDir, "made"), `${process.pid}\n`);
	// Long enough for the other process to ask while this one is at it.
	await sleep(500);
	await writeFile(join(staging, "content"), "whole");
});
process.stdout.write(`${entry}\n`);
process.exit();
