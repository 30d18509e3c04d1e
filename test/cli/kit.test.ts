import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test, vi } from "vitest";
import { KIT_NAMES } from "../../harness/classroom/hand-outs/kits.ts";
import { BIN, drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";

vi.setConfig({ testTimeout: 120_000 });
const files = await temporary();
afterAll(() => files.remove());

async function folder(name: string): Promise<string> {
	const dir = join(files.dir, name);
	await mkdir(dir);
	return dir;
}

test("an unknown name lists the names; nothing is made", async () => {
	const dir = await folder("unknown");
	const { code, stderr } = await drydockIn(dir, "class", "kit", "canvas");
	expect(code).toBe(2);
	for (const name of KIT_NAMES) expect(stderr).toContain(name);
	expect(await readdir(dir)).toEqual([]);
});

test("a lesson that does not exist is refused, and nothing is made", async () => {
	const dir = await folder("lesson");
	expect((await drydockIn(dir, "class", "kit", "github", "--lesson", "02,77")).code).toBe(2);
	expect(await readdir(dir)).toEqual([]);
});

test("a folder or file that exists is not overwritten", async () => {
	const dir = await folder("existing");
	await mkdir(join(dir, "drydock-github"));
	await writeFile(join(dir, "mine.zip"), "mine");
	for (const args of [["github"], ["gradescope", "--out", "mine.zip"]]) {
		const { code, stderr } = await drydockIn(dir, "class", "kit", ...args);
		expect([code, stderr]).toEqual([2, expect.stringContaining("exists already, and was not changed")]);
	}
	expect(await readdir(join(dir, "drydock-github"))).toEqual([]);
	expect(await readFile(join(dir, "mine.zip"), "utf8")).toBe("mine");
	expect((await readdir(dir)).sort()).toEqual(["drydock-github", "mine.zip"]);
});

test("github is a folder with the workflow, scripts that can be executed, and drydock with the lessons chosen", async () => {
	const dir = await folder("github");
	const { code, stdout } = await drydockIn(dir, "class", "kit", "github", "--lesson", "02, 04", "--json");
	expect(code).toBe(0);
	const made = JSON.parse(stdout);
	expect(made).toMatchObject({ schemaVersion: 1, kit: "github", path: join(dir, "drydock-github") });
	expect(await readdir(dir)).toEqual(["drydock-github"]);
	const at = (path: string) => join(made.path, path);
	expect(await readFile(at(".github/workflows/grade.yml"), "utf8")).toContain("fail-fast: false");
	expect(await readFile(at("drydock/grade-options.txt"), "utf8")).toBe("--lesson 02,04\n");
	for (const script of [".github/scripts/grade.sh", "drydock/drydock.sh"])
		expect((await stat(at(script))).mode & 0o111).toBe(0o111);
	// GitHub refuses files of more than 100 MB, and a repository with packages for one system is of no use on another.
	expect(made.bytes).toBeLessThan(20e6);
	expect(await readdir(at("drydock"))).not.toContain("node_modules");
});

test("after Ctrl-C, nothing is left", async () => {
	const dir = await folder("interrupted");
	const child = spawn(process.execPath, [BIN, "class", "kit", "github"], { cwd: dir, stdio: "ignore" });
	const ended = once(child, "exit");
	while ((await readdir(dir)).length === 0) await sleep(5);
	child.kill("SIGINT");
	expect((await ended)[0]).toBe(130);
	expect(await readdir(dir)).toEqual([]);
});
