import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { inKit } from "../../harness/kit.ts";

const root = await mkdtemp(join(tmpdir(), "drydock-cache-test-"));
vi.stubEnv("DRYDOCK_CACHE", root);
// Only now: the module reads the variable when it is loaded.
const { cacheDir, cached, discard, exists, keepNewest, keyOf } = await import("../../harness/cache.ts");

beforeEach(async () => {
	await rm(root, { recursive: true, force: true });
	await mkdir(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const fill = (text: string) => (staging: string) => writeFile(join(staging, "content"), text);
const names = () => readdir(join(root, "things"));

test("DRYDOCK_CACHE says where the cache is", () => {
	expect(cacheDir).toBe(root);
});

test("an entry that is there is not made again", async () => {
	const entry = await cached("things", "one", fill("first"));
	expect(await cached("things", "one", fill("second"))).toBe(entry);
	expect(await readFile(join(entry, "content"), "utf8")).toBe("first");
});

test("two processes that need an entry at once get it, made once", async () => {
	const children = [0, 1].map(() =>
		spawn(process.execPath, ["--import", "tsx", inKit("test/support/make-entry.ts")], {
			stdio: ["pipe", "pipe", "inherit"],
			cwd: inKit(),
		}),
	);
	const lines = children.map(({ stdout }) => createInterface(stdout)[Symbol.asyncIterator]());
	const next = () => Promise.all(lines.map(async (line) => (await line.next()).value as string));
	expect(await next()).toEqual(["ready", "ready"]);
	for (const { stdin } of children) stdin.write("go\n");
	const entries = await next();
	await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, "exit"))));
	expect(entries).toEqual([join(root, "things", "one"), join(root, "things", "one")]);
	expect((await readFile(join(root, "made"), "utf8")).trim().split("\n")).toHaveLength(1);
	expect(await names()).toEqual(["one"]);
}, 30_000);

test("nothing is published when making it fails, and the next caller makes it", async () => {
	const failing = async (staging: string) => {
		await fill("half")(staging);
		throw new Error("the disk is full");
	};
	await expect(cached("things", "one", failing)).rejects.toThrow("the disk is full");
	expect(await names()).toEqual([]);
	const entry = await cached("things", "one", fill("whole"));
	expect(await readFile(join(entry, "content"), "utf8")).toBe("whole");
});

test("what a killed process left of an entry is swept, what others work on is not", async () => {
	await mkdir(join(root, "things", "one.staging-0badcafe"), { recursive: true });
	await mkdir(join(root, "things", "two.staging-0badcafe"));
	await cached("things", "one", fill("whole"));
	expect(await names()).toEqual(["one", "two.staging-0badcafe"]);
});

test("the lock of a process that was killed does not stop the next one", async () => {
	await mkdir(join(root, "things", "one.lock"), { recursive: true });
	const minuteAgo = new Date(Date.now() - 60_000);
	await utimes(join(root, "things", "one.lock"), minuteAgo, minuteAgo);
	expect(await exists(await cached("things", "one", fill("whole")))).toBe(true);
});

test("discard removes an entry, and one that is not there is no error", async () => {
	const entry = await cached("things", "one", fill("whole"));
	await discard(entry);
	await discard(entry);
	expect(await names()).toEqual([]);
});

test("keepNewest keeps the newest entries and leaves those alone that are being made", async () => {
	for (const [age, name] of ["new", "middle", "old"].entries()) {
		const entry = await cached("things", name, fill(name));
		await utimes(entry, new Date(), new Date(Date.now() - age * 60_000));
	}
	await mkdir(join(root, "things", "next.staging-0badcafe"));
	await keepNewest("things", 2);
	expect((await names()).sort()).toEqual(["middle", "new", "next.staging-0badcafe"]);
});

test("keys are equal for equal parts, and tell apart what is joined differently", () => {
	expect(keyOf("a", { b: 1 })).toBe(keyOf("a", { b: 1 }));
	expect(keyOf("ab", "c")).not.toBe(keyOf("a", "bc"));
});
