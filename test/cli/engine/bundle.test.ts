import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { type BundleError, bundle } from "../../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../../harness/engine/engine-at.ts";
import { CAPABILITY_NAMES } from "../../../native/capabilities.ts";
import { temporary } from "../../support/temporary.ts";

const engine = WHOLE_ENGINE;
const reference = inKit("solutions/02-unshare/isolate.ts");
const files = await temporary();
afterAll(() => files.remove());

/**
 * Runs the bundled engine on this computer as if in its forked child.
 * @returns the calls of the mocked kernel functions
 */
async function runAsChild(subject: string): Promise<string[]> {
	const calls: string[] = [];
	const kernel = new Proxy(
		{ CAPABILITY_NAMES, fork: () => 0, waitpid: () => ({ status: 0 }) } as Record<string, unknown>,
		{
			get: (own, name: string) => own[name] ?? ((...args: unknown[]) => calls.push(`${name}(${args.join(", ")})`)),
		},
	);
	const { code } = await bundle(engine, new Map([[reference, subject]]));
	const module = { exports: {} as { run?: (options: object) => void } };
	compileFunction(code, ["module", "require"])(module, (name: string) => {
		return name === "#kernel" ? kernel : createRequire(import.meta.url)(name);
	});
	module.exports.run?.({ command: ["/bin/sh"], hostname: "web-1" });
	return calls;
}

async function failureOf(subject: string): Promise<BundleError> {
	return bundle(engine, new Map([[reference, subject]])).then(
		() => Promise.reject(new Error("it was bundled")),
		(error: BundleError) => error,
	);
}

describe("a module that can be bundled", () => {
	test("stands in the reference's place, and the other solutions stay", async () => {
		const subject = await files.write(
			"mine.ts",
			`import { sethostname } from "#kernel"; export function isolate(name: string) { sethostname(name + "!"); }`,
		);
		expect(await runAsChild(subject)).toContain("sethostname(web-1!)");
		expect((await bundle(engine, new Map([[reference, subject]]))).code).toContain("pivotRoot");
	});

	test("may import a file of its own beside it", async () => {
		await files.write("beside/helper.ts", "export const suffix = '-helped';");
		const subject = await files.write(
			"beside/mine.ts",
			`import { sethostname } from "#kernel"; import { suffix } from "./helper.ts";
			export function isolate(name: string) { sethostname(name + suffix); }`,
		);
		expect(await runAsChild(subject)).toContain("sethostname(web-1-helped)");
		// In a workspace, the module's folder is named after the lesson.
		await files.write("02-unshare/helper.ts", "export const suffix = '-too';");
		const inWorkspace = await files.write("02-unshare/isolate.ts", await readFile(subject, "utf8"));
		expect(await runAsChild(inWorkspace)).toContain("sethostname(web-1-too)");
	});

	test("may import the files given as #box, and no other file of the engine", async () => {
		const importing = (name: string) => `import * as given from "#box/${name}"; export const isolate = () => given;`;
		// As in a learner's own workspace, whose package.json maps #box elsewhere.
		await files.write("own/package.json", '{"imports": {"#box/*": {"default": "./types/box/*.js"}}}');
		const subject = await files.write("own/mine.ts", importing("tools"));
		expect((await bundle(engine, new Map([[reference, subject]]))).code).toContain('"nft", ["-f"');
		for (const name of ["parts", "../main", "nowhere"]) {
			const { fault, diagnostic } = await failureOf(await files.write("own/other.ts", importing(name)));
			expect(fault).toBe("unresolved-import");
			expect(diagnostic).toMatchObject({ line: 1, message: expect.stringContaining(`#box/${name}`) });
		}
	});

	test("may have type errors", async () => {
		const subject = await files.write("types.ts", "const n: number = 'x'; export const isolate = () => n.nope;");
		await expect(bundle(engine, new Map([[reference, subject]]))).resolves.toHaveProperty("code");
	});

	test("the code contains no path of this computer, so equal programs are equal everywhere", async () => {
		expect((await bundle(engine, new Map())).code).not.toContain(inKit());
	});
});

describe("a module that cannot be bundled", () => {
	test("syntax error: the place is the learner's file, line and column, counted from 1", async () => {
		const subject = await files.write("syntax.ts", "export function isolate() {\n\tconst = 1;\n}\n");
		const { diagnostic, fault } = await failureOf(subject);
		expect(diagnostic).toMatchObject({ file: subject, line: 2, column: 8 });
		expect(fault).toBe("syntax-error");
	});

	test("an unclosed brace: the place is the end of the learner's file", async () => {
		const file = await files.write("open.ts", "export function isolate( {\n");
		const { diagnostic } = await failureOf(file);
		expect(diagnostic).toEqual({ message: 'Expected "}" but found the end of the file', file, line: 2, column: 1 });
	});

	test("an unclosed block: the message names the end of the file, and not what drydock has added to the file", async () => {
		const file = await files.write("block.ts", "export function isolate() {\n\tif (1) {\n}\n");
		const { diagnostic } = await failureOf(file);
		expect(diagnostic).toEqual({ message: "Unexpected end of the file", file, line: 4, column: 1 });
	});

	test("missing export: the learner's file is named, not the engine that imports it", async () => {
		const subject = await files.write("missing.ts", "export function isolated() {}\n");
		const { diagnostic, fault } = await failureOf(subject);
		expect(diagnostic).toMatchObject({ file: subject, line: 1, column: 1 });
		expect(diagnostic.message).toContain('"isolate"');
		expect(fault).toBe("missing-export");
	});

	test.each([
		["an empty file", ""],
		["CommonJS", "module.exports = { isolate() {} };\n"],
	])("missing export: %s exports nothing", async (_what, text) => {
		expect((await failureOf(await files.write("none.ts", text))).fault).toBe("missing-export");
	});

	test("an import of a file that is not there: the place is that import", async () => {
		const subject = await files.write("unresolved.ts", '\nimport "./nowhere.ts";\nexport function isolate() {}\n');
		const { diagnostic, fault } = await failureOf(subject);
		expect(diagnostic).toMatchObject({ file: subject, line: 2, column: 8 });
		expect(diagnostic.message).toContain("./nowhere.ts");
		expect(fault).toBe("unresolved-import");
	});

	test("an import of a name as long as a file: the message is short, and keeps the name's beginning and end", async () => {
		const name = "漢\\u001b[2J::error::".repeat(30_000);
		const { diagnostic, message, fault } = await failureOf(
			await files.write("endless.ts", `import { a } from "./${name}";\nexport function isolate() { a(); }\n`),
		);
		expect(fault).toBe("unresolved-import");
		expect(diagnostic.message).toMatch(/^Could not resolve "\.\/漢/);
		expect(diagnostic.message.length).toBeLessThan(700);
		expect(message).toBe(diagnostic.message);
	});

	// A reader of the report must not see files of the computer that drydock runs on.
	test.each([
		["by its path", 'import text from "/etc/passwd" with { type: "text" };', "outside of the submission"],
		["by the way up", 'import text from "../outside.json";', "outside of the submission"],
		["by a link", 'import text from "./link.json";', "a link that leads outside"],
		["by a tsconfig.json", 'import text from "elsewhere";', 'Could not resolve "elsewhere"'],
	])("a file from outside the module's directory, named %s, is refused", async (how, line, why) => {
		const dir = `hostile-${how.replaceAll(/\W/g, "-")}`;
		const outside = await files.write("outside.json", '"secret"');
		await files.write(`${dir}/tsconfig.json`, JSON.stringify({ compilerOptions: { paths: { elsewhere: [outside] } } }));
		await symlink(outside, `${files.dir}/${dir}/link.json`);
		const subject = await files.write(`${dir}/mine.ts`, `${line}\nexport const isolate = () => console.log(text);\n`);
		const { diagnostic, fault } = await failureOf(subject);
		expect(diagnostic.message).toContain(why);
		expect(fault).toBe(how === "by a link" ? "unreadable-import" : "unresolved-import");
	});

	test("syntax error in a file that the learner's module imports: the place is in that file", async () => {
		const helper = await files.write("deep/helper.ts", "\n\nexport const = 1;\n");
		const subject = await files.write("deep/mine.ts", 'import "./helper.ts";\nexport function isolate() {}\n');
		expect((await failureOf(subject)).diagnostic).toMatchObject({ file: helper, line: 3 });
	});

	test("an export that another file lacks is not the missing export of the exercise", async () => {
		await files.write("lacking/helper.ts", "export const other = 1;\n");
		const subject = await files.write(
			"lacking/mine.ts",
			'import { wanted } from "./helper.ts";\nexport const isolate = () => wanted;\n',
		);
		expect((await failureOf(subject)).fault).toBe("unresolved-import");
	});
});
