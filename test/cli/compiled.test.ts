import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { copyKit } from "../support/kit-copy.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const kit = () => copyKit(files.dir);

function drydock(kit: string, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	return new Promise((resolve) => {
		const child = execFile(process.execPath, [join(kit, "harness/cli/bin.js"), ...args], (_, stdout, stderr) =>
			resolve({ code: child.exitCode, stdout, stderr }),
		);
	});
}

const builds = (kit: string) => readdir(join(kit, "node_modules/.cache/drydock"));

async function edit(kit: string, file: string, from: string, to: string): Promise<void> {
	const text = await readFile(join(kit, file), "utf8");
	expect(text).toContain(from);
	await writeFile(join(kit, file), text.replace(from, to));
}

test("a build is used again, and a changed module is compiled anew", async () => {
	const dir = await kit();
	expect(await drydock(dir, "help")).toMatchObject({ code: 0, stdout: expect.stringContaining("one Linux primitive") });
	const first = await builds(dir);
	await drydock(dir, "help");
	expect(await builds(dir)).toEqual(first);
	await edit(dir, "harness/cli/main.ts", "one Linux primitive a lesson", "changed just now");
	expect((await drydock(dir, "help")).stdout).toContain("changed just now");
	expect(await builds(dir)).toHaveLength(2);
});

test("two commands that start at once make one build, and leave nothing else", async () => {
	const dir = await kit();
	const both = await Promise.all([drydock(dir, "help"), drydock(dir, "list")]);
	expect(both.map(({ code }) => code)).toEqual([0, 0]);
	expect(await builds(dir)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
});

test("only the newest builds are kept", async () => {
	const dir = await kit();
	for (let hours = 1; hours <= 7; hours++) {
		const build = join(dir, "node_modules/.cache/drydock", `${hours}-hours-old`);
		await mkdir(build, { recursive: true });
		await utimes(build, new Date(), new Date(Date.now() - hours * 3_600_000));
	}
	await drydock(dir, "help");
	const kept = await builds(dir);
	expect(kept.filter((name) => name.endsWith("-old"))).toEqual([1, 2, 3, 4].map((hours) => `${hours}-hours-old`));
	expect(kept).toHaveLength(5);
});

test("every command works if nothing can be written beside the packages", async () => {
	const dir = await kit();
	await writeFile(join(dir, "node_modules/.cache"), "");
	expect(await drydock(dir, "list")).toMatchObject({ code: 0, stdout: expect.stringContaining("02-unshare") });
});

test("a module that cannot be compiled is named, with its line", async () => {
	const dir = await kit();
	await edit(dir, "harness/cli/main.ts", "export async function main(", "export async function main((");
	const { code, stderr } = await drydock(dir, "help");
	expect(code).not.toBe(0);
	expect(stderr).toMatch(/harness\/cli\/main\.ts:\d+/);
});

test("without the packages, drydock says what to type", async () => {
	const dir = await mkdtemp(join(files.dir, "bare-"));
	await cp(inKit("harness"), join(dir, "harness"), { recursive: true });
	await mkdir(join(dir, "lessons"));
	expect(await drydock(dir, "list")).toMatchObject({ code: 3, stderr: expect.stringContaining("npm start") });
});
