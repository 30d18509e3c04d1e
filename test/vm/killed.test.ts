import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, link, lstat, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn } from "../support/plan.ts";
import { type Temporary, temporary } from "../support/temporary.ts";

// A kill of drydock, at any moment, ends all of its processes: on a quiet computer within two seconds. The next run
// works, and leaves nothing of the killed one behind. `npm test` draws some of the moments.

/**
 * A module whose check takes until the deadline, unless the check is killed. The module wakes up all the time, because a
 * check ends early if all processes sleep and no timer wakes one before the deadline.
 */
const HANGS =
	"export const isolate = () => { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); };";
const SOLUTION = inKit("solutions/02-unshare/isolate.ts");
const DIRECTLY: readonly string[] = [process.execPath, inKit("harness/cli/bin.js")];
/** The computer may be busy. */
const PATIENCE_MS = 60_000;
const machines = newMachinePool();
const files = await temporary();
const modules = await temporary();
const hanging = await modules.write("isolate.ts", HANGS);
/** How long a complete check took when these tests began. */
let tookMs = 0;
beforeAll(async () => {
	await machines.makeReady();
	// The first check makes everything that is made only once.
	await completeCheck(cacheDir);
	const startedMs = performance.now();
	await completeCheck(cacheDir);
	tookMs = performance.now() - startedMs;
});
afterAll(() => Promise.all([machines.close(), files.remove(), modules.remove()]));

describe("SIGKILL", () => {
	test.for(drawn("SIGKILL", [0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85]))("during a check, %d of the way", async (part) => {
		const own = await ownCache();
		const before = await leftIn(own.dir);
		await killed(own.dir, tookMs * part);
		expect(await completeCheck(own.dir)).toBe(0);
		// On a busy computer, QEMU may end only after the next run has begun. Then the run after that removes what it has held.
		const left = async () => {
			const found = [await leftIn(own.dir), await temporaries()];
			if (found.flat().length > before.length) await completeCheck(own.dir);
			return found;
		};
		await expect.poll(left, { timeout: PATIENCE_MS, interval: 50 }).toEqual([before, []]);
		await own.remove();
	});

	test("while the snapshot is made", { timeout: 900_000 }, async () => {
		const own = await temporary();
		// The cache contains everything but the snapshot.
		for (const part of ["base", "library"]) await symlink(join(cacheDir, part), join(own.dir, part));
		await mkdir(join(own.dir, "templates"));
		for (const fromMs of drawn("SIGKILL while the snapshot is made", [0, 3_000, 8_000, 13_000, 20_000], 2))
			await killed(own.dir, fromMs + Math.random() * 7_000);
		expect(await completeCheck(own.dir)).toBe(0);
		expect((await leftIn(own.dir)).filter((name) => /staging|scratch|\.sock|\.lock/.test(name))).toEqual([]);
		expect(await temporaries()).toEqual([]);
		await own.remove();
	});
});

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
	test.for(drawn(signal, [0.05, 0.3, 0.6, 0.9], 2))("during a check, %d of the way", async (part) => {
		await killed(cacheDir, tookMs * part, signal);
		expect(await temporaries()).toEqual([]);
	});
});

// npx and npm do not pass the signal on, so drydock itself must notice that npm has ended.
describe.each([
	["SIGTERM", "npx", ["drydock"]],
	["SIGTERM", "npm", ["start", "--"]],
	["SIGKILL", "npx", ["drydock"]],
	["SIGKILL", "npm", ["start", "--"]],
] as const)("%s to %s", (signal, program, args) => {
	test("during a check", async () => {
		await killed(cacheDir, tookMs, signal, [program, ...args]);
		expect(await temporaries()).toEqual([]);
	});

	const moments = drawn(`${signal} to ${program}`, [0, 100, 200, 400], 1);
	test.for(moments)("%d ms after npm has started a process", async (afterMs) => {
		const run = check(cacheDir, hanging, [program, ...args]);
		const started = async () => (await marked(run.mark)).length;
		await expect.poll(started, { timeout: PATIENCE_MS, interval: 10 }).toBeGreaterThan(1);
		await sleep(afterMs);
		await kill(run, signal);
		expect(await temporaries()).toEqual([]);
	});
});

/** A check that runs. */
interface Run {
	child: ChildProcess;
	/** What all its processes have in their environment. */
	mark: string;
	/** What it has printed. */
	output(): string;
}

/** Starts a check that hangs, and kills it. */
async function killed(
	cache: string,
	afterMs: number,
	signal: NodeJS.Signals = "SIGKILL",
	by = DIRECTLY,
): Promise<void> {
	const run = check(cache, hanging, by);
	await sleep(afterMs);
	await kill(run, signal);
}

/** Kills a check. Expects that all its processes end, and that it had printed no verdict by then. */
async function kill({ child, mark, output }: Run, signal: NodeJS.Signals): Promise<void> {
	child.kill(signal);
	await expect.poll(() => marked(mark), { timeout: PATIENCE_MS, interval: 50 }).toEqual([]);
	expect(output()).not.toContain('"verdict"');
}

/** @returns the exit code */
function completeCheck(cache: string): Promise<number | null> {
	const { child } = check(cache, SOLUTION);
	return new Promise((resolve) => child.once("exit", resolve));
}

function check(cache: string, file: string, [program = "", ...first]: readonly string[] = DIRECTLY): Run {
	const mark = `DRYDOCK_TEST_MARK=${randomBytes(8).toString("hex")}`;
	const [name = "", value = ""] = mark.split("=");
	const args = ["check", "02", "--json", "--file", file];
	const child = spawn(program, [...first, ...args], {
		cwd: inKit("."),
		stdio: ["ignore", "pipe", "ignore"],
		env: { ...process.env, DRYDOCK_CACHE: cache, TMPDIR: files.dir, [name]: value },
	});
	let output = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		output += text;
	});
	return { child, mark, output: () => output };
}

/** A copy of the cache, because other workers write to the cache itself at the same time. */
async function ownCache(): Promise<Temporary> {
	const own = await temporary();
	for (const name of await readdir(cacheDir, { recursive: true })) {
		// A check writes no observations and no programs. The others belong to processes that run.
		if (/^(?:observations|programs|scratch)\b|\.(?:lock|staging)/.test(name)) continue;
		const [from, to] = [join(cacheDir, name), join(own.dir, name)];
		const stat = await lstat(from).catch(() => null);
		if (stat?.isDirectory()) await mkdir(to);
		// A link takes no space, but only within one file system. A file that is gone by now is none that a check needs.
		else await link(from, to).catch(() => copyFile(from, to).catch(() => {}));
	}
	return own;
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
