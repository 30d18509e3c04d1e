import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

// A kill of drydock, at any moment, ends all of its processes within two seconds. The next run works, and leaves
// nothing of the killed one behind.

const AFTER_MS = 2_000;
const DIRECTLY: readonly string[] = [process.execPath, inKit("harness/cli/bin.js")];
const machines = newMachinePool();
const files = await temporary();
beforeAll(async () => {
	await machines.accelerator();
	// Makes everything that is made only once.
	await whole(cacheDir);
});
afterAll(() => Promise.all([machines.close(), files.remove()]));

describe("SIGKILL", () => {
	test.for([0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85])("during a check, %d of the way", async (part) => {
		const before = await leftIn(cacheDir);
		const { tookMs } = await whole(cacheDir);
		await killed(cacheDir, tookMs * part);
		expect((await whole(cacheDir)).code).toBe(0);
		expect(await leftIn(cacheDir)).toEqual(before);
		expect(await temporaries()).toEqual([]);
	});

	test("while the snapshot is made", { timeout: 900_000 }, async () => {
		const own = await temporary();
		// The cache contains everything but the snapshot.
		for (const part of ["base", "library"]) await symlink(join(cacheDir, part), join(own.dir, part));
		await mkdir(join(own.dir, "templates"));
		for (const afterMs of [Math.random() * 3_000, 3_000 + Math.random() * 10_000, 13_000 + Math.random() * 15_000])
			await killed(own.dir, afterMs);
		expect((await whole(own.dir)).code).toBe(0);
		expect((await leftIn(own.dir)).filter((name) => /staging|scratch|\.sock|\.lock/.test(name))).toEqual([]);
		expect(await temporaries()).toEqual([]);
		await own.remove();
	});
});

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
	test.for([0.05, 0.3, 0.6, 0.9])("during a check, %d of the way", async (part) => {
		const { tookMs } = await whole(cacheDir);
		await killed(cacheDir, tookMs * part, signal);
		expect(await temporaries()).toEqual([]);
	});
});

// npx and npm do not pass the signal on, so drydock itself must notice that its parent has ended.
describe.each([
	["npx", ["drydock"]],
	["npm", ["start", "--"]],
] as const)("SIGTERM to %s", (program, args) => {
	test("during a check", async () => {
		const { tookMs } = await whole(cacheDir);
		await killed(cacheDir, tookMs / 2, "SIGTERM", [program, ...args]);
		expect(await temporaries()).toEqual([]);
	});
});

/** Starts a check and kills it. Expects that no process of the check is left after two seconds. */
async function killed(
	cache: string,
	afterMs: number,
	signal: NodeJS.Signals = "SIGKILL",
	by = DIRECTLY,
): Promise<void> {
	const { child, mark } = check(cache, by);
	await sleep(afterMs);
	child.kill(signal);
	await sleep(AFTER_MS);
	expect(await marked(mark)).toEqual([]);
}

async function whole(cache: string): Promise<{ code: number | null; tookMs: number }> {
	const startedMs = performance.now();
	const { child } = check(cache);
	const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
	return { code, tookMs: performance.now() - startedMs };
}

// Starts a check of the solution, with a mark in the environment that all its processes inherit.
function check(
	cache: string,
	[program = "", ...first]: readonly string[] = DIRECTLY,
): { child: ChildProcess; mark: string } {
	const mark = `DRYDOCK_TEST_MARK=${randomBytes(8).toString("hex")}`;
	const [name = "", value = ""] = mark.split("=");
	const args = ["check", "02", "--file", inKit("solutions/02-unshare/isolate.ts")];
	const child = spawn(program, [...first, ...args], {
		cwd: inKit("."),
		stdio: "ignore",
		env: { ...process.env, DRYDOCK_CACHE: cache, TMPDIR: files.dir, [name]: value },
	});
	return { child, mark };
}

async function marked(mark: string): Promise<string[]> {
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const found = pids.map(async (pid) => {
		const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
		return environment.includes(mark) ? [(await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim()] : [];
	});
	return (await Promise.all(found)).flat();
}

// Ignores the folder in which tsx keeps its compiled modules.
const temporaries = async () => (await readdir(files.dir)).filter((name) => !name.startsWith("tsx-"));
const leftIn = async (dir: string) => (await readdir(dir, { recursive: true })).sort();
