import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { findDemo, isOwn, readOwnDemo } from "../../harness/live/machine/own-demo.ts";
import { drydockIn } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";
import { type Temporary, temporary } from "../support/temporary.ts";

const machines = newMachinePool();
let files: Temporary;
beforeAll(async () => {
	files = await temporary();
	await machines.makeReady();
});
afterAll(async () => {
	await machines.close();
	await files.remove();
});

/** Makes a folder with this demo.ts. @returns its path */
async function folderWith(name: string, text: string): Promise<string> {
	const folder = join(files.dir, name);
	await mkdir(folder);
	await writeFile(join(folder, "demo.ts"), text);
	return folder;
}

async function read(folder: string) {
	const demo = await findDemo(folder);
	if (!isOwn(demo)) throw new Error("it is a lesson");
	return readOwnDemo(demo, machines);
}

test("the README's example is rehearsed like a lesson's demo", async () => {
	const [, example = ""] = /```ts\n(export default[\s\S]*?)```/.exec(await readFile(inKit("README.md"), "utf8")) ?? [];
	const folder = await folderWith("mine", example);
	const { code, stdout } = await drydockIn(files.dir, "demo", "rehearse", folder);
	expect(stdout).toMatch(/mine What a mount hides \(1 step, goes back within \d+ ms\)\n$/);
	expect(code).toBe(0);
	const asJson = await drydockIn(files.dir, "demo", "rehearse", folder, "--json");
	expect(JSON.parse(asJson.stdout)).toMatchObject({
		schemaVersion: 1,
		demos: [{ lesson: "mine", holds: true, problems: [], steps: [{ step: 1 }, { step: 1 }, { step: 1 }] }],
	});
});

test("the file is evaluated in a machine: it computes its steps there, and reaches nothing here", async () => {
	const here = join(files.dir, "was-here");
	const demo = await read(
		await folderWith(
			"computed",
			`import { writeFileSync, mkdirSync, readFileSync } from "node:fs";
			mkdirSync(${JSON.stringify(files.dir)}, { recursive: true });
			writeFileSync(${JSON.stringify(here)}, "");
			console.log("printed by the module");
			const step = (title: string) =>
				({ narration: title, stage: "host", command: "true", look: "", promises: [] }) as const;
			export default {
				title: readFileSync("/proc/sys/kernel/ostype", "utf8").trim() + " " + "x".repeat(90),
				minutes: 1,
				steps: Array.from({ length: 40 }, (_, index) => step("step " + index + " of many")),
			};`,
		),
	);
	expect(demo.title).toMatch(/^Linux x+$/);
	expect(demo.steps).toHaveLength(40);
	expect(existsSync(here)).toBe(false);
});

test.each([
	["no-steps", "export default { title: 'a', minutes: 1 }", /is not a demo: steps/],
	[
		"no-pattern",
		`export default { title: "a", minutes: 1, steps: [{ narration: "", stage: "host", command: "", look: "", promises: ["("] }] }`,
		/steps\.0\.promises\.0: is not a regular expression/,
	],
	["nothing", "export const demo = 1", /is not a demo: its default export/],
	["no-syntax", "export default {", /cannot be compiled: line 1/],
	["throws", "throw new Error('no demo today')", /cannot be evaluated: no demo today/],
])("%s is refused, and the message says why", async (name, text, message) => {
	await expect(read(await folderWith(name, text))).rejects.toThrow(message);
});

test("a folder without a demo.ts is refused", async () => {
	await expect(read(join(files.dir, "missing"))).rejects.toThrow(/demo\.ts cannot be read: ENOENT/);
});
