import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { readFolder } from "../../harness/classroom/submissions/folder.ts";
import { filesOf } from "../../harness/classroom/submissions/submission.ts";
import { type BundleError, bundle } from "../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../harness/engine/engine-at.ts";
import { temporary } from "../support/temporary.ts";

// The bundler may read a submission's own files, #kernel and the reference's earlier modules, and nothing else.

const engine = WHOLE_ENGINE;
const reference = inKit("solutions/02-unshare/isolate.ts");
const files = await temporary();
afterAll(() => files.remove());
await files.write("other/solution.ts", 'export const theirs = "a secret of another learner";\n');
await files.write("other/notes.json", '{ "secret": "a secret of another learner" }\n');
let made = 0;

const ISOLATE =
	'import { sethostname } from "#kernel";\nexport function isolate(name: string) { sethostname(name + mine); }\n';

/** Bundles the engine with the submission's isolate.ts in place of the reference's. */
async function bundled(texts: Record<string, string>, addSpecialFiles = async (_dir: string) => {}) {
	const name = `someone-${made++}`;
	await mkdir(join(files.dir, name));
	for (const [path, text] of Object.entries(texts)) await files.write(join(name, path), text);
	await addSpecialFiles(join(files.dir, name));
	const folder = await readFolder(Buffer.from(join(files.dir, name)));
	const taken: string[] = [];
	const confined = filesOf(folder, (path) => taken.push(path));
	const { code, map } = await bundle(engine, new Map([[reference, "/02-unshare/isolate.ts"]]), confined);
	return { code, map, taken: taken.sort() };
}

const refusal = (
	texts: Record<string, string>,
	addSpecialFiles?: (dir: string) => Promise<void>,
): Promise<BundleError> =>
	bundled(texts, addSpecialFiles).then(
		({ code }) => Promise.reject(new Error(`it was bundled:\n${code.slice(-2_000)}`)),
		(error: BundleError) => error,
	);

describe("a submission may import", () => {
	test.each([
		["a file beside it", 'import { mine } from "./helper.ts";', "02-unshare/helper.ts"],
		["a file elsewhere in the submission", 'import { mine } from "../lib/deep/helper.ts";', "lib/deep/helper.ts"],
		["a file without its ending", 'import { mine } from "./helper";', "02-unshare/helper.ts"],
		[
			"a file by the ending that it would be compiled to",
			'import { mine } from "./helper.js";',
			"02-unshare/helper.ts",
		],
	])("%s", async (_what, line, path) => {
		const { code, taken } = await bundled({
			"02-unshare/isolate.ts": line + ISOLATE,
			[path]: 'export const mine = "helped";',
		});
		expect(code).toContain("helped");
		expect(taken).toEqual(["/02-unshare/isolate.ts", `/${path}`].sort());
	});

	test.each([
		["require of a path that is written out", 'const { mine } = require("./helper.ts");'],
		[
			"a method that is called require, or a text about it",
			'const x = { require: (a: string) => a }; const mine = x.require("./" + 1) + "require";',
		],
		["a text about computed imports", "const mine = \"import(x)\" + 'require(x)' + `import(x) @{1} require(x)`;"],
		["a comment about computed imports", "/* import(x) */ const mine = 1; // require(`./@{x}.json`)"],
		["a regular expression for computed imports", "const mine = String(/import(x)|require(x)/);"],
	])("%s", async (_what, line) => {
		const isolate = `${placeholders(line)}\n${ISOLATE}`;
		const texts = { "02-unshare/isolate.ts": isolate, "02-unshare/helper.ts": "export const mine = 1;" };
		expect((await bundled(texts)).code).toContain("sethostname");
	});

	test("JSON, and modules of Node's", async () => {
		const lines =
			'import { mine } from "./a.json"; import { readFileSync } from "node:fs"; import "path"; readFileSync;';
		const { code } = await bundled({
			"02-unshare/isolate.ts": lines + ISOLATE,
			"02-unshare/a.json": '{ "mine": "from JSON" }',
		});
		expect(code).toContain("from JSON");
	});

	test("an earlier lesson's module, which is the reference's, whatever was handed in", async () => {
		const { code, taken } = await bundled({
			"02-unshare/isolate.ts": `import { runCommand } from "../01-process/process.ts"; const mine = runCommand;${ISOLATE}`,
			"01-process/process.ts": 'throw new Error("not the reference\'s");',
		});
		expect(code).not.toContain("not the reference's");
		expect(taken).toEqual(["/02-unshare/isolate.ts"]);
	});

	test("equal files make equal programs, wherever they were handed in", async () => {
		const texts = { "02-unshare/isolate.ts": `const mine = 1;${ISOLATE}` };
		expect((await bundled(texts)).code).toBe((await bundled(texts)).code);
		expect((await bundled(texts)).map).not.toContain(files.dir);
	});
});

describe("a submission may not import", () => {
	test.each([
		["/etc/passwd"],
		["../../other/solution.ts"],
		["../../../../../../../../etc/hostname"],
		["file:///etc/passwd"],
		["valibot"],
		["tsx/esm/api"],
		["../node_modules/x/index.ts"],
		["#other"],
		["./nowhere.ts"],
	])("%s: an unresolved import, at its place", async (path) => {
		const error = await refusal({
			"02-unshare/isolate.ts": `\nimport mine from ${JSON.stringify(path)};\n${ISOLATE}`,
			"node_modules/x/index.ts": "export default 1;",
			"package.json": '{ "imports": { "#other": "../../other/solution.ts" } }',
		});
		expect(error).toMatchObject({ name: "BundleError", fault: "unresolved-import" });
		expect(error.diagnostic).toMatchObject({ file: "/02-unshare/isolate.ts", line: 2 });
		expect(error.message).not.toContain(files.dir);
	});

	test.each([
		["import() with a variable", "const mine = (n: string) => import(`../../other/@{n}.ts`);"],
		[
			"require() with a variable",
			'declare const require: any; const mine = (n: string) => require("../../other/" + n + ".ts");',
		],
		[
			"a path of variables only, from the root folder",
			"const mine = (a: string, b: string) => import(`../../../../@{a}/@{b}.ts`);",
		],
		["hidden by a comment", "const mine = (a: string) => import(/* here: */ `../../../../@{a}/x.ts`);"],
		["hidden by brackets and escapes", "const mine = (a: string) => ((r\\u0065quire))(`../../../../@{a}/x.ts`);"],
		["hidden in constants", 'enum E { Up = "../../../../" }; const mine = (a: string) => require(E.Up + a + "/x.ts");'],
		["hidden in a template", 'const mine = (a: string) => import(`@{"../../../../"}@{a}/x.ts`);'],
		["where its failure is caught", "const mine = (a: string) => { try { require(`./@{a}.json`) } catch {} };"],
		["where it is never reached", "const mine = 1; if (false) import(`./@{mine}.json`);"],
		["one of two possible paths", 'const mine = (a: string) => import(a ? "./helper.ts" : `./@{a}.json`);'],
		["with attributes", 'const mine = (a: string) => import(`./@{a}.json`, { with: { type: "json" } });'],
		["an import of nothing but a variable", "const mine = (a: string) => import(a);"],
	])("%s: drydock does not search for a file that it could mean", async (_what, line) => {
		const error = await refusal({ "02-unshare/isolate.ts": `\n${placeholders(line)}${ISOLATE}` });
		expect(error).toMatchObject({ fault: "unresolved-import", message: expect.stringContaining("computed") });
		expect(error.diagnostic).toMatchObject({ file: "/02-unshare/isolate.ts", line: 2 });
	});

	// The test's current directory has a package.json, which must not be found.
	test.each([
		["as an optional call", "const mine = (a: string) => require?.(`./@{a}.json`);"],
		["as require.resolve", "const mine = (a: string) => require.resolve(`./@{a}.json`);"],
		["by another name", "const other = require; const mine = (a: string) => other(`./@{a}.json`);"],
		["with computed attributes", "const mine = (a: any) => import(`./@{a}.json`, a);"],
		["as a template's tag", "const mine = (a: string) => require`./@{a}.json`;"],
	])("%s: the bundler leaves it to the machine, and looks for nothing", async (_what, line) => {
		const { code, taken } = await bundled({ "02-unshare/isolate.ts": placeholders(line) + ISOLATE });
		expect(code).toContain(placeholders("./@{a}.json`"));
		expect(code).not.toContain("devDependencies");
		expect(taken).toEqual(["/02-unshare/isolate.ts"]);
	});

	test("any of this in a file that its module imports", async () => {
		const helper = placeholders("export const mine = (a: string, b: string) => import(`../../../../@{a}/@{b}.ts`);");
		const texts = {
			"02-unshare/isolate.ts": `import { mine } from "./helper.ts";${ISOLATE}`,
			"02-unshare/helper.ts": helper,
		};
		const error = await refusal(texts);
		expect(error).toMatchObject({ fault: "unresolved-import" });
		expect(error.diagnostic).toMatchObject({ file: "/02-unshare/helper.ts", line: 1 });
	});

	test("a file that is a link, or lies behind one", async () => {
		const linked = async (dir: string) => {
			await symlink(join(files.dir, "other/solution.ts"), join(dir, "02-unshare/helper.ts"));
			await symlink(join(files.dir, "other"), join(dir, "lib"));
		};
		for (const [path, fault] of [
			["./helper.ts", "unreadable-import"],
			["../lib/solution.ts", "unresolved-import"],
		]) {
			const text = `import { theirs as mine } from "${path}";${ISOLATE}`;
			expect(await refusal({ "02-unshare/isolate.ts": text }, linked)).toMatchObject({ fault });
		}
	});
});

describe("nothing else in a submission matters", () => {
	const plain = { "02-unshare/isolate.ts": `const mine = 1;${ISOLATE}` };

	test("tsconfig.json and package.json", async () => {
		const { code, taken } = await bundled({
			...plain,
			"tsconfig.json":
				'{ "extends": "/etc/passwd", "compilerOptions": { "paths": { "#kernel": ["../other/solution.ts"] } } }',
			"02-unshare/tsconfig.json": "not even JSON",
			"02-unshare/package.json": '{ "imports": { "#kernel": "../../other/solution.ts" }, "sideEffects": false }',
		});
		expect(code).toBe((await bundled(plain)).code);
		expect(taken).toEqual(["/02-unshare/isolate.ts"]);
	});

	test("tsconfig.json and package.json as FIFOs: nobody waits for them", async () => {
		const { code } = await bundled(plain, async (dir) => {
			for (const name of ["tsconfig.json", "package.json", "02-unshare/tsconfig.json", "02-unshare/package.json"])
				execFileSync("mkfifo", [join(dir, name)]);
		});
		expect(code).toContain("sethostname");
	});

	test("a source map that it names", async () => {
		const { map } = await bundled({
			"02-unshare/isolate.ts": `const mine = 1;${ISOLATE}//# sourceMappingURL=../../other/notes.json\n`,
		});
		expect(JSON.parse(map).sources).toContain("/02-unshare/isolate.ts");
	});
});

describe("a file that is made to hurt the bundler", () => {
	test.each([
		["brackets in brackets", `const mine = ${"[".repeat(120_000)};`],
		["calls in calls", `const mine = ${"f(".repeat(60_000)}`],
		["types in types", `type A = ${"{a:".repeat(40_000)}`],
		["a long template", `const mine = \`${placeholders("@{1}".repeat(30_000))}\`;`],
	])("%s: is an answer like any other", async (_what, line) => {
		await bundled({ "02-unshare/isolate.ts": line + ISOLATE }).catch((error) => expect(error.name).toBe("BundleError"));
		// The bundler still works.
		expect((await bundled({ "02-unshare/isolate.ts": `const mine = 1;${ISOLATE}` })).code).toContain("sethostname");
	});

	test("more than a megabyte in many files is refused", async () => {
		const many = Array.from({ length: 12 }, (_, at) => [
			`02-unshare/f${at}.ts`,
			`export const a = "${"x".repeat(100_000)}";`,
		]);
		const imports = many.map((_, at) => `import { a as a${at} } from "./f${at}.ts"; console.log(a${at});`).join("");
		const error = await refusal({
			...Object.fromEntries(many),
			"02-unshare/isolate.ts": `${imports}const mine = 1;${ISOLATE}`,
		});
		expect(error.message).toContain("larger than 1024 KiB together");
	});
});

// Replaces @{…} by a template placeholder: Biome would report the placeholder itself as a mistake in these strings.
function placeholders(text: string): string {
	return text.replaceAll("@{", "${");
}
