import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exists } from "../../harness/base/cache.ts";
import { withLock } from "../../harness/base/lock.ts";
import { compiledProgram } from "../support/program.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

test("two pieces of work under one lock never run at once, and all of them run", async () => {
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

test("where no lock can be made, the error comes at once", async () => {
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

test("the lock of a process that has ended is taken over", async () => {
	const path = join(files.dir, "three");
	await mkdir(`${path}.lock`);
	await writeFile(path, "");
	const minuteAgo = new Date(Date.now() - 60_000);
	await utimes(`${path}.lock`, minuteAgo, minuteAgo);
	expect(await withLock(path, () => Promise.resolve("done"))).toBe("done");
});

test("the processes that wait for a killed process's lock get it one after the other", async () => {
	const path = join(files.dir, "killed");
	const holder = await compiledProgram(
		files,
		`import { withLock } from "./harness/base/lock.ts";
		withLock(process.argv[2], () => { console.log("held"); return new Promise((resolve) => setTimeout(resolve, 1e6)); });`,
	);
	const child = spawn(process.execPath, [holder, path], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	expect(await exists(`${path}.lock`)).toBe(true);
	child.kill("SIGKILL");
	await once(child, "exit");
	const minuteAgo = new Date(Date.now() - 60_000);
	await utimes(`${path}.lock`, minuteAgo, minuteAgo);
	let [working, most, done] = [0, 0, 0];
	const work = async () => {
		most = Math.max(most, ++working);
		await new Promise((resolve) => setTimeout(resolve, 50));
		working--;
		done++;
	};
	await Promise.all(Array.from({ length: 4 }, () => withLock(path, work)));
	expect({ most, done }).toEqual({ most: 1, done: 4 });
	expect(await exists(`${path}.lock`)).toBe(false);
});

test("a process that ends in the middle of its work leaves no lock", async () => {
	const path = join(files.dir, "ended");
	const holder = await compiledProgram(
		files,
		`import { withLock } from "./harness/base/lock.ts";
		withLock(process.argv[2], async () => process.exit(7));`,
	);
	const child = spawn(process.execPath, [holder, path], { stdio: "inherit" });
	expect(await once(child, "exit")).toEqual([7, null]);
	expect(await exists(`${path}.lock`)).toBe(false);
});

// These two mostly wait.
test.concurrent("a lock is renewed as long as the work goes on", async () => {
	const path = join(files.dir, "renewed");
	const timeOf = async () => (await stat(`${path}.lock`)).mtimeMs;
	const work = async () => {
		const before = await timeOf();
		await new Promise((resolve) => setTimeout(resolve, 3_500));
		return (await timeOf()) - before;
	};
	expect(await withLock(path, work)).toBeGreaterThan(2_000);
});

test.concurrent("work whose lock was taken over while its computer slept still ends", async () => {
	const path = join(files.dir, "four");
	const work = async () => {
		// Changes the lock's time, as another process does that takes over an abandoned lock.
		const soon = new Date(Date.now() + 60_000);
		await utimes(`${path}.lock`, soon, soon);
		// Waits until the owner renews its lock.
		await new Promise((resolve) => setTimeout(resolve, 3_500));
		return "done";
	};
	expect(await withLock(path, work)).toBe("done");
	// The lock belongs to the other process now.
	expect(await exists(`${path}.lock`)).toBe(true);
});
