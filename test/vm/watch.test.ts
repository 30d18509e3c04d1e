import { execFileSync } from "node:child_process";
import { copyFile, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { makeWorkspace } from "../../harness/learner/workspace.ts";
import { newMachinePool } from "../support/guest.ts";
import { startOnTerminal, type Terminal } from "../support/pty.ts";
import { temporary } from "../support/temporary.ts";

// Watch mode as a person uses it at a terminal.
const DRYDOCK = `"${process.execPath}" "${inKit("harness/cli/bin.js")}"`;
const FIRST = "01-process/process.ts";
const GREETING = /01 · [\s\S]*You have not changed[\s\S]*q quit/;
/** How long a machine may take to boot, in emulation on a busy computer. */
const BOOT_MS = 240_000;
const VERDICT = /(passed|not right yet)[\s\S]*after the save/;

const files = await temporary();
const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(async () => {
	await machines.close();
	await files.remove();
});

/** Starts watch mode in a new workspace. */
async function watching(name: string, options = ""): Promise<{ dir: string; screen: Terminal }> {
	const dir = join(files.dir, name);
	await makeWorkspace(dir);
	// The shell ignores SIGHUP, so that it still writes its files after the window was closed.
	const script = `trap : HUP; stty -a > before; ${DRYDOCK} watch ${options}; code=$?; echo $code > code; stty -a > after; exit $code`;
	return { dir, screen: startOnTerminal("sh", ["-c", script], dir) };
}

const solve = (dir: string, module: string) => copyFile(inKit("solutions", module), join(dir, module));
const modes = (dir: string) => Promise.all(["before", "after"].map((name) => readFile(join(dir, name), "utf8")));

async function nothingLeft(screen: Terminal): Promise<void> {
	await expect.poll(() => screen.processes(), { timeout: 20_000 }).toEqual([]);
}

test("a save is checked, and the changes since the last check are shown; n is the next lesson, q ends", async () => {
	const { dir, screen } = await watching("save");
	await screen.until(GREETING);
	await writeFile(join(dir, FIRST), "export const runCommand = () => 0;\n");
	await screen.until(/01 · .*not right yet[\s\S]*after the save/);
	await solve(dir, FIRST);
	await screen.until(/01 · .*passed[\s\S]*now right.*: how it ended[\s\S]*after the save/);
	screen.type("n");
	await screen.until(/02 · [\s\S]*You have not changed[\s\S]*quit/);
	screen.type("r");
	await screen.until(/02 · .*not right yet[\s\S]*still the skeleton[\s\S]*after the save/);
	screen.type("q");
	expect((await screen.ended).exitCode).toBe(0);
	const [before, after] = await modes(dir);
	expect(after).toBe(before);
	await nothingLeft(screen);
});

test(
	"a snapshot that another process replaces or removes is loaded or made again, and watch mode goes on",
	async () => {
		const { dir, screen } = await watching("replaced");
		await screen.until(GREETING);
		const templates = join(cacheDir, "templates");
		const [entry = ""] = (await readdir(templates)).filter((name) => !name.includes("."));
		const place = join(templates, entry);
		// cp -a keeps the exact times; Node's cp keeps only milliseconds.
		execFileSync("cp", ["-a", place, `${place}.copy`]);
		await rm(place, { recursive: true });
		await rename(`${place}.copy`, place);
		await solve(dir, FIRST);
		await screen.until(/passed[\s\S]*after the save/);
		await rm(place, { recursive: true });
		// The first check uses a machine that was started before. The second check has none.
		for (const code of [1, 2]) {
			await writeFile(join(dir, FIRST), `export const runCommand = () => ${code};\n`);
			await screen.until(/not right yet[\s\S]*after the save/, BOOT_MS);
		}
		screen.type("q");
		expect((await screen.ended).exitCode).toBe(0);
		await nothingLeft(screen);
	},
	2 * BOOT_MS,
);

test("a save while a check is under way supersedes it: only the last verdict is shown", async () => {
	const { dir, screen } = await watching("supersede");
	await screen.until(GREETING);
	await writeFile(join(dir, FIRST), "export const runCommand = () => { for (;;); };\n");
	await screen.until(/checking/);
	await solve(dir, FIRST);
	expect(await screen.until(/passed[\s\S]*after the save/)).not.toContain("not right yet");
	screen.type("\u0004");
	expect((await screen.ended).exitCode).toBe(0);
	await nothingLeft(screen);
});

test("n before the lesson has passed asks once; b at the first lesson, an unknown key and an arrow do nothing", async () => {
	const { screen } = await watching("keys");
	await screen.until(GREETING);
	screen.type("b");
	await screen.until(/this is the first lesson/);
	screen.type("z\u001b[A");
	screen.type("n");
	await screen.until(/not passed yet; press n again/);
	screen.type("?");
	await screen.until(/ q {2}quit/);
	screen.type("n");
	await screen.until(/not passed yet/);
	screen.type("n");
	await screen.until(/02 · /);
	screen.close();
	await nothingLeft(screen);
});

test("s opens a shell, h shows a hint, t the trace; afterwards the keys work again", async () => {
	const { dir, screen } = await watching("others");
	await screen.until(GREETING);
	screen.type("r");
	await screen.until(VERDICT);
	screen.type("h");
	await screen.until(/Hint 1 of 3/);
	screen.type("t");
	await screen.until(/the reference's system calls/);
	screen.type("s");
	await screen.until(/harbour:~# /);
	screen.type("exit\r");
	await screen.until(/exit/);
	await expect.poll(() => screen.processes().filter((line) => line.includes(" shell "))).toEqual([]);
	await solve(dir, FIRST);
	await screen.until(/passed[\s\S]*after the save/);
	screen.type("q");
	expect((await screen.ended).exitCode).toBe(0);
	await nothingLeft(screen);
});

test("x asks whether to put the skeleton back, and the next key is the answer", async () => {
	const { dir, screen } = await watching("skeleton");
	await screen.until(GREETING);
	await solve(dir, FIRST);
	await screen.until(VERDICT);
	for (const no of ["n", "\r", "\u0004"]) {
		screen.type("x");
		await screen.until(/\[y\/N\]/);
		screen.type(no);
		await screen.until(/Nothing was changed[\s\S]*quit/);
	}
	expect(await readFile(join(dir, FIRST), "utf8")).toBe(await readFile(inKit("solutions", FIRST), "utf8"));
	screen.type("x");
	await screen.until(/\[y\/N\]/);
	screen.type("y");
	await screen.until(/not right yet[\s\S]*after the save/);
	expect(await readFile(join(dir, FIRST), "utf8")).toBe(await readFile(inKit("lessons", FIRST), "utf8"));
	screen.type("x");
	await screen.until(/is the skeleton already/);
	screen.type("q");
	expect((await screen.ended).exitCode).toBe(0);
	await nothingLeft(screen);
});

test("Ctrl-C ends it at any time with 130, and restores the terminal's modes", async () => {
	for (const [name, moment] of Object.entries({ greeting: null, checking: /checking/, waiting: VERDICT })) {
		const { dir, screen } = await watching(`ctrl-c-${name}`);
		await screen.until(GREETING);
		if (moment !== null) {
			screen.type("r");
			await screen.until(moment);
		}
		screen.type("\u0003");
		expect((await screen.ended).exitCode).toBe(130);
		const [before, after] = await modes(dir);
		expect(after).toBe(before);
		await nothingLeft(screen);
	}
});

test("a window that is closed leaves no process", async () => {
	for (const moment of [/checking/, VERDICT]) {
		const { dir, screen } = await watching(`closed-${moment === VERDICT}`);
		await screen.until(GREETING);
		screen.type("r");
		await screen.until(moment);
		screen.close();
		await nothingLeft(screen);
		// 128 + SIGHUP: the program was not aborted.
		expect(await readFile(join(dir, "code"), "utf8")).toBe("129\n");
	}
});

test("--poll sees a save, too; a wider window gets longer lines", async () => {
	const { dir, screen } = await watching("poll", "--poll");
	await screen.until(GREETING);
	screen.pty.resize(120, 40);
	const text = 'export function runCommand() {\n\tthrow new Error("a sentence of many words, ".repeat(9));\n}\n';
	await writeFile(join(dir, FIRST), text);
	const shown = stripVTControlCharacters(await screen.until(VERDICT));
	const longest = Math.max(...shown.split("\n").map((line) => line.length));
	expect(longest).toBeGreaterThan(80);
	screen.type("q");
	expect((await screen.ended).exitCode).toBe(0);
});

test("without a terminal, it names the command to use instead", async () => {
	const { execFileSync } = await import("node:child_process");
	const { status, stderr } = (() => {
		try {
			execFileSync(process.execPath, [inKit("harness/cli/bin.js"), "watch"], { input: "", stdio: "pipe" });
			return { status: 0, stderr: "" };
		} catch (error) {
			return error as { status: number; stderr: Buffer };
		}
	})();
	expect(status).toBe(2);
	expect(String(stderr)).toContain("npx drydock check");
});
