import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeEach, expect, test } from "vitest";
import { importWith } from "../../support/import-with.ts";
import { compiledProgram } from "../../support/program.ts";
import { temporary } from "../../support/temporary.ts";

const root = await mkdtemp(join(tmpdir(), "drydock-cache-test-"));
const { cacheDir, cached, discard, exists, inScratch, isWhole, keepNewest, hashOf, madeAgain } = await importWith(
	{ DRYDOCK_CACHE: root },
	() => import("../../../harness/base/cache.ts"),
);

beforeEach(async () => {
	await rm(root, { recursive: true, force: true });
	await mkdir(root);
});
const programs = await temporary();
afterAll(() => Promise.all([rm(root, { recursive: true, force: true }), programs.remove()]));

const fill = (text: string) => (staging: string) => writeFile(join(staging, "content"), text);
const age = (path: string, hours: number) => utimes(path, new Date(), new Date(Date.now() - hours * 3_600_000));
const names = () => readdir(join(root, "things"));

test("DRYDOCK_CACHE says where the cache is", () => {
	expect(cacheDir).toBe(root);
});

test("an existing entry is not made again", async () => {
	const entry = await cached("things", "one", fill("first"));
	expect(await cached("things", "one", fill("second"))).toBe(entry);
	expect(await readFile(join(entry, "content"), "utf8")).toBe("first");
});

test("two processes that need an entry at once get it, made once", async () => {
	const program = await compiledProgram(programs, 'import "./test/support/make-entry.ts";');
	const children = [0, 1].map(() => spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] }));
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

test("the remains of a killed process's entry are removed; entries in progress are not", async () => {
	await mkdir(join(root, "things", "one.staging-0badcafe"), { recursive: true });
	await mkdir(join(root, "things", "two.staging-0badcafe"));
	await cached("things", "one", fill("whole"));
	expect(await names()).toEqual(["one", "two.staging-0badcafe"]);
});

test("remains of any entry are removed after a day", async () => {
	await mkdir(join(root, "things", "two.staging-0badcafe"), { recursive: true });
	await age(join(root, "things", "two.staging-0badcafe"), 25);
	await cached("things", "one", fill("whole"));
	expect(await names()).toEqual(["one"]);
});

test("an entry that another process discards during the lookup is made anew", async () => {
	// With many files, the look at the entry takes long enough.
	const many = async (staging: string) => {
		for (let at = 0; at < 50; at++) await writeFile(join(staging, String(at)), "whole");
	};
	for (let time = 0; time < 20; time++) {
		const entry = await cached("things", "one", many);
		const [again] = await Promise.all([cached("things", "one", many), discard(entry)]);
		expect(again).toBe(entry);
	}
});

test("an entry that is no longer good is removed only when its successor is complete", async () => {
	const entry = await cached("things", "one", fill("old"));
	const content = () => readFile(join(entry, "content"), "utf8");
	const isNew = async () => (await content()) === "new";
	const failing = cached("things", "one", () => Promise.reject(new Error("there is no network")), isNew);
	await expect(failing).rejects.toThrow("there is no network");
	expect(await content()).toBe("old");
	const making = async (staging: string) => {
		expect(await content()).toBe("old");
		await fill("new")(staging);
	};
	await cached("things", "one", making, isNew);
	expect(await content()).toBe("new");
	expect(await names()).toEqual(["one"]);
});

test("a caller can ask for an entry that is newer than the existing one", async () => {
	const isNew = await madeAgain(await cached("things", "one", fill("old")), join(root, "things/none"));
	const entry = await cached("things", "one", fill("new"), isNew);
	expect(await readFile(join(entry, "content"), "utf8")).toBe("new");
	await cached("things", "one", fill("newer"), isNew);
	expect(await readFile(join(entry, "content"), "utf8")).toBe("new");
});

test("a damaged entry is removed only when its successor is complete", async () => {
	const entry = await cached("things", "one", fill("whole"));
	await writeFile(join(entry, "content"), "cut");
	expect(await isWhole("things", "one")).toBe(false);
	await expect(cached("things", "one", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect(await readFile(join(entry, "content"), "utf8")).toBe("cut");
	await cached("things", "one", fill("whole"));
	expect(await isWhole("things", "one")).toBe(true);
});

test("entries are open to all users, whatever the umask is, and the umask stays as it is", async () => {
	const before = process.umask(0o077);
	const entry = await cached("things", "one", async (staging) => {
		await fill("whole")(staging);
		await mkdir(join(staging, "folder"));
	});
	expect(process.umask(before)).toBe(0o077);
	const modes = ["", "content", "folder", "../../things"].map(
		async (name) => (await stat(join(entry, name))).mode & 0o777,
	);
	expect(await Promise.all(modes)).toEqual([0o755, 0o644, 0o755, 0o755]);
});

test("a cache that is no directory is reported", async () => {
	await rm(root, { recursive: true });
	await writeFile(root, "");
	await expect(cached("things", "one", fill("whole"))).rejects.toMatchObject({ exitCode: 3 });
	await rm(root);
});

test.each([
	["DRYDOCK_CACHE", { DRYDOCK_CACHE: "" }, "/home/somebody/.cache/drydock"],
	["HOME", { DRYDOCK_CACHE: "", HOME: "" }, join(userInfo().homedir, ".cache/drydock")],
])("an empty %s counts as not set", async (_, set, expected) => {
	const program = await compiledProgram(
		programs,
		'import { cacheDir } from "./harness/base/cache.ts"; process.stdout.write(cacheDir);',
	);
	const { XDG_CACHE_HOME: __, ...env } = process.env;
	const { stdout } = await promisify(execFile)(process.execPath, [program], {
		env: { ...env, HOME: "/home/somebody", ...set },
	});
	expect(stdout).toBe(expected);
});

test("a scratch directory is removed after its work, even if the work fails; one left a day ago is removed, too", async () => {
	const scratch = () => readdir(root);
	await mkdir(join(root, "scratch-others"));
	await mkdir(join(root, "scratch-of-a-killed-process"));
	await age(join(root, "scratch-of-a-killed-process"), 25);
	const seen = await inScratch(async (dir) => {
		await writeFile(join(dir, "file"), "");
		return scratch();
	});
	expect(seen).toHaveLength(2);
	expect(seen).toContain("scratch-others");
	const failing = inScratch(() => Promise.reject(new Error("the disk is full")));
	await expect(failing).rejects.toThrow("the disk is full");
	expect(await scratch()).toEqual(["scratch-others"]);
});

test("the lock of a process that was killed does not stop the next one", async () => {
	await mkdir(join(root, "things", "one.lock"), { recursive: true });
	const minuteAgo = new Date(Date.now() - 60_000);
	await utimes(join(root, "things", "one.lock"), minuteAgo, minuteAgo);
	expect(await exists(await cached("things", "one", fill("whole")))).toBe(true);
});

test("discard removes an entry; a missing entry is no error", async () => {
	const entry = await cached("things", "one", fill("whole"));
	await discard(entry);
	await discard(entry);
	expect(await names()).toEqual([]);
});

test("keepNewest keeps the newest entries and those that are being made", async () => {
	for (const [hours, name] of ["new", "middle", "old"].entries()) {
		const entry = await cached("things", name, fill(name));
		await age(entry, hours);
	}
	await mkdir(join(root, "things", "next.staging-0badcafe"));
	await keepNewest("things", 2);
	expect((await names()).sort()).toEqual(["middle", "new", "next.staging-0badcafe"]);
});

test("equal parts have equal keys; parts that are split differently have different keys", () => {
	expect(hashOf("a", { b: 1 })).toBe(hashOf("a", { b: 1 }));
	expect(hashOf("ab", "c")).not.toBe(hashOf("a", "bc"));
});
