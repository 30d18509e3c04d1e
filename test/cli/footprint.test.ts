import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { importWith } from "../support/import-with.ts";
import { temporary } from "../support/temporary.ts";

// The tests of hostile programs rely on footprints. These tests leave something behind, and a footprint must show it.

const files = await temporary();
const cache = join(files.dir, "cache");
const place = join(files.dir, "tmp");
await Promise.all([mkdir(cache), mkdir(place)]);
const { measureFootprint, heldBytes } = await importWith(
	{ DRYDOCK_CACHE: cache, TMPDIR: place, DRYDOCK_FOOTPRINT: "" },
	() => import("../support/footprint.ts"),
);
afterAll(() => files.remove());

const MEMORY_BYTES = 32 << 20;
const sparse = join(cache, "memory");
await writeFile(sparse, "");
await open(sparse, "r+").then((file) => file.truncate(MEMORY_BYTES).finally(() => file.close()));
await writeFile(join(cache, "log"), "a line\n");
const before = await measureFootprint();

describe.runIf(process.platform === "linux")("a footprint", () => {
	test("is the same when nothing is left", async () => {
		const file = await files.write("tmp/passing", "text");
		execFileSync("sh", ["-c", ":"]);
		await rm(file);
		expect(await measureFootprint(before)).toEqual(before);
	});

	test("shows a file that has grown in the cache, and a new file outside of it", async () => {
		await appendFile(join(cache, "log"), "x".repeat(10_000));
		await writeFile(join(place, "left"), "x");
		const now = await measureFootprint();
		expect(now.cache).not.toEqual(before.cache);
		expect(now.temporary).not.toEqual(before.temporary);
		await Promise.all([writeFile(join(cache, "log"), "a line\n"), rm(join(place, "left"))]);
		expect(await measureFootprint(before)).toEqual(before);
	});

	test("shows a file whose hole was filled, although its length is the same", async () => {
		const file = await open(sparse, "r+");
		await file.write(Buffer.alloc(1 << 20, 1), 0, 1 << 20, 4 << 20);
		await file.close();
		expect((await measureFootprint()).cache).not.toEqual(before.cache);
		await writeFile(sparse, "");
		await open(sparse, "r+").then((again) => again.truncate(MEMORY_BYTES).finally(() => again.close()));
		expect(await measureFootprint(before)).toEqual(before);
	});

	test("shows a deleted file that is still open", async () => {
		const path = await files.write("tmp/gone", "text");
		const file = await open(path);
		await rm(path);
		expect((await measureFootprint()).openFiles).not.toEqual(before.openFiles);
		await file.close();
		expect(await measureFootprint(before)).toEqual(before);
	});

	test("shows a process whose parent has ended", async () => {
		const pid = execFileSync("sh", ["-c", "setsid sleep 1000 > /dev/null 2>&1 & echo $!"], { encoding: "utf8" });
		try {
			await expect
				.poll(async () => (await measureFootprint()).processes)
				.toEqual([...before.processes, "sleep"].sort());
		} finally {
			process.kill(Number(pid), "SIGKILL");
		}
		expect(await measureFootprint(before)).toEqual(before);
	});

	test("shows shared memory that nobody has mapped", async () => {
		const path = `/dev/shm/drydock-test-${randomUUID()}`;
		await writeFile(path, "x");
		expect((await measureFootprint()).sharedMemory).not.toEqual(before.sharedMemory);
		await rm(path);
		expect(await measureFootprint(before)).toEqual(before);
	});
});

test("memory is held as long as something refers to it, on the heap or outside of it", async () => {
	const held = await heldBytes();
	const kept: unknown[] = [Buffer.alloc(MEMORY_BYTES), Array.from({ length: MEMORY_BYTES / 8 }, Math.random)];
	expect((await heldBytes()) - held).toBeGreaterThan(1.5 * MEMORY_BYTES);
	kept.length = 0;
	expect(Math.abs((await heldBytes()) - held)).toBeLessThan(MEMORY_BYTES / 4);
});
