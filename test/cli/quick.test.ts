import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { temporary } from "../support/temporary.ts";
import { halfway, workspaceIn } from "../support/workspace.ts";

const files = await temporary();
afterAll(() => files.remove());

/** The kit's modules that a command loads, according to Node's coverage report. */
async function loadedBy(...args: string[]): Promise<string[]> {
	const [cwd, report] = [await workspaceIn(files.dir, halfway()), await mkdtemp(join(files.dir, "report-"))];
	const env = { ...process.env, NODE_V8_COVERAGE: report };
	await promisify(execFile)(process.execPath, [inKit("harness/cli/bin.js"), ...args], { cwd, env });
	const texts = await Promise.all((await readdir(report)).map((name) => readFile(join(report, name), "utf8")));
	const urls = texts.flatMap((text) =>
		(JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
	);
	const compiled = urls.filter((url) => url.includes("/node_modules/.cache/drydock/")).map((url) => fileURLToPath(url));
	return (await Promise.all(compiled.map(modulesIn))).flat();
}

/** The kit's modules that a compiled module contains. */
async function modulesIn(compiled: string): Promise<string[]> {
	const { sources } = JSON.parse(await readFile(`${compiled}.map`, "utf8")) as { sources: string[] };
	return sources.map((source) => relative(inKit(), resolve(dirname(compiled), source)));
}

// Loading any of these loads many more modules, and a command takes twice as long.
const SLOW =
	/^(lessons|solutions|native)\/|^harness\/(vm|protocol|readings|guest|live)\/|^harness\/engine\/(?!compiler-options|engine-at)|^harness\/cli\/doctor\//;

test.each(["list", "status", "help", "next --force"])(
	"%s loads no lesson's check and nothing of the virtual machine",
	async (command) => {
		const loaded = await loadedBy(...command.split(" "));
		expect(loaded).toContain("harness/cli/main.ts");
		expect(loaded.filter((file) => SLOW.test(file))).toEqual([]);
	},
	60_000,
);
