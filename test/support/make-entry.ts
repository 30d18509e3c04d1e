import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir, cached } from "../../harness/base/cache.ts";

// cache.test.ts runs this file as a process of its own. It prints "ready", waits for input from its parent, asks for an
// entry, and prints the entry's path.
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const entry = await cached("things", "one", async (staging) => {
	await appendFile(join(cacheDir, "made"), `${process.pid}\n`);
	// Takes so long that the test's other process asks for the same entry meanwhile.
	await sleep(500);
	await writeFile(join(staging, "content"), "whole");
});
process.stdout.write(`${entry}\n`);
process.exit();
