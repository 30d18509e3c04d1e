import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withLock } from "../../harness/base/lock.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

test("work under one lock is never done at once, and all of it is done", async () => {
	let [working, most, done] = [0, 0, 0];
	const work = async () => {
		most = Math.max(most, ++working);
		await new Promise((resolve) => setTimeout(resolve, 5));
		working--;
		done++;
	};
	await Promise.all(Array.from({ length: 6 }, () => withLock(join(files.dir, "one"), work)));
	expect({ most, done }).toEqual({ most: 1, done: 6 });
});

test("where no lock can be made, that is said at once", async () => {
	const file = await files.write("file", "");
	for (const path of [join(files.dir, "nowhere/one"), join(file, "one")])
		await expect(withLock(path, () => Promise.resolve())).rejects.toMatchObject({
			code: expect.stringMatching(/^(ENOENT|ENOTDIR)$/),
		});
});

test("work that fails gives the lock back", async () => {
	const path = join(files.dir, "two");
	await expect(withLock(path, () => Promise.reject(new Error("it failed")))).rejects.toThrow("it failed");
	expect(await withLock(path, () => Promise.resolve("done"))).toBe("done");
});

test("the lock of a process that is no more is taken over", async () => {
	const path = join(files.dir, "three");
	await mkdir(`${path}.lock`);
	await writeFile(path, "");
	const minuteAgo = new Date(Date.now() - 60_000);
	await utimes(`${path}.lock`, minuteAgo, minuteAgo);
	expect(await withLock(path, () => Promise.resolve("done"))).toBe("done");
});

test("work whose lock was taken over, as its computer slept, comes to its end", async () => {
	const path = join(files.dir, "four");
	const work = async () => {
		// As whoever takes it for left behind makes it anew.
		const soon = new Date(Date.now() + 60_000);
		await utimes(`${path}.lock`, soon, soon);
		// Until the owner looks after it.
		await new Promise((resolve) => setTimeout(resolve, 3_500));
		return "done";
	};
	expect(await withLock(path, work)).toBe("done");
});
