import { execFileSync } from "node:child_process";
import { symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { BundleError, bundle, type Fault } from "../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../harness/engine/engine-at.ts";
import { typeErrors } from "../../harness/engine/types.ts";
import { temporary } from "../support/temporary.ts";

// What source code can do to the compilers, and to the computer that they run on, before any of it runs.

const engine = WHOLE_ENGINE;
const reference = inKit("solutions/02-unshare/isolate.ts");
const ISOLATE = "export function isolate(_hostname: string): void {}\n";
const files = await temporary();
afterAll(() => files.remove());
beforeAll(async () => {
	await files.write("secrets.json", '{ "aSecretOfTheHost": true }\n');
	await files.write(
		"neighbour/theirs.ts",
		"export interface ASecretOfTheirs { secret: 1 }\nexport const secret = 1;\n",
	);
	for (const name of ["fifo", "map.fifo"]) execFileSync("mkfifo", [join(files.dir, name)]);
});
let made = 0;

/** Compiles a module with files beside it. @returns why it cannot be compiled, or the type checker's errors */
async function compiled(text: string, beside: Record<string, string> = {}, furnish = async (_dir: string) => {}) {
	const dir = `submission-${made++}`;
	for (const [name, content] of Object.entries(beside)) await files.write(join(dir, name), content);
	const file = await files.write(join(dir, "isolate.ts"), text);
	await furnish(join(files.dir, dir));
	const modules = new Map([[reference, file]]);
	const types = typeErrors(file, modules);
	types.catch(() => {});
	try {
		const { code } = await bundle(engine, modules);
		return { fault: null, code, said: (await types).map(({ message }) => message).join("\n") };
	} catch (error) {
		await types.catch(() => {});
		if (!(error instanceof BundleError)) throw error;
		return { fault: error.fault, code: "", said: error.message };
	}
}

const repeated = (part: string, times: number) => part.repeat(times);

describe("too much for the compilers", () => {
	const NESTED = `${repeated("a ? (b): c => ", 60)}e${repeated(" : f", 60)}`;
	const doubling = (name: string, twice: (last: string) => string, steps: number) =>
		Array.from({ length: steps }, (_, at) => `${name}${at + 1} = ${twice(`${name}${at}`)},`).join("\n");
	const RECURSIVE =
		"type D<T extends string, R extends string = ''> = T extends `$" +
		"{infer A}$" +
		"{infer B}` ? D<B, `$" +
		"{R}$" +
		"{A}$" +
		"{A}`> : R;";

	test.for<[what: string, text: string, faults: (Fault | null)[]]>([
		[
			"arrow functions in conditionals in each other",
			`export const x: any = ${NESTED};`,
			["too-much-for-the-compiler"],
		],
		["the same in a class", `class A { x = ${NESTED}; }`, ["too-much-for-the-compiler"]],
		[
			"type arguments that may be comparisons",
			`x${repeated("<a", 3_000)};`,
			[null, "syntax-error", "too-much-for-the-compiler"],
		],
		["100,000 brackets", `const a = ${repeated("[", 100_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		["100,000 braces", `${repeated("{", 100_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		[
			"100,000 parentheses that are closed",
			`const a = ${repeated("(", 50_000)}1${repeated(")", 50_000)};`,
			[null, "too-much-for-the-compiler"],
		],
		["a sum of 100,000", `const a = 1${repeated("+a", 100_000)};`, [null, "too-much-for-the-compiler"]],
		["100,000 conditions", `const a = ${repeated("b?c:", 100_000)}d;`, [null, "too-much-for-the-compiler"]],
		[
			"errors that each come with the whole line",
			`let a${repeated(",a", 2_000)}; /*${repeated("x", 100_000)}*/`,
			["syntax-error", "too-much-for-the-compiler"],
		],
		["types of types", `type A = ${repeated("{a:", 40_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		[
			"constants doubled by an enum",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `${last} + ${last}`, 20)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"constants doubled thirty times",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `${last} + ${last}`, 30)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"constants doubled in templates",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `\`\${${last}}\${${last}}\``, 22)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"types that double themselves",
			`${RECURSIVE}\nlet x: D<D<D<D<D<D<D<D<D<D<D<D<"abcdefgh">>>>>>>>>>>>; x = 1 as never;`,
			[null, "too-much-for-the-compiler"],
		],
		[
			"a union of a million",
			`type C = 0|1|2|3|4|5|6|7|8|9; type X = \`\${C}\${C}\${C}\${C}\${C}\${C}\`; let x: X = "000000"; console.log(x);`,
			[null],
		],
		[
			"30,000 imports",
			Array.from({ length: 30_000 }, (_, at) => `import"./${at}";`).join(""),
			["too-much-for-the-compiler"],
		],
	])("%s", { timeout: 240_000 }, async ([, text, faults]) => {
		expect((await compiled(`${text}\n${ISOLATE}`, { "a.ts": "" })).fault).toBeOneOf(faults);
		// The next compilation works as usual.
		expect((await compiled(ISOLATE)).fault).toBe(null);
	});

	test("types that take all time are given up", { timeout: 240_000 }, async () => {
		const types = `
			type Digits = "0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9";
			type Walk<N extends 0[], S extends string> = N extends [0, ...infer R extends 0[]] ? { [K in Digits]: Walk<R, \`\${S}\${K}\`> }[Digits] : S;
			export const x: Walk<[0,0,0,0,0,0,0,0], ""> extends "no" ? 1 : 2 = 1;`;
		const { fault } = await compiled(`${types}\n${ISOLATE}`);
		expect(fault).toBeOneOf([null, "too-much-for-the-compiler"]);
		expect((await compiled(ISOLATE)).said).toBe("");
	});
});

describe("a file that is none of the submission's", () => {
	const secrets = () => join(files.dir, "secrets.json");
	const theirs = () => join(files.dir, "neighbour/theirs.ts");
	const using = "declare const it: typeof x; const leak: 1 = it; void leak;";

	test.for<[what: string, text: () => string]>([
		["a type-only import", () => `import type x from "${secrets()}"; ${using}`],
		["an import that is only used as a type", () => `import x from "${secrets()}"; ${using}`],
		[
			"a type-only import of names",
			() => `import type { ASecretOfTheirs } from "../neighbour/theirs.ts"; const a: ASecretOfTheirs = 1;`,
		],
		[
			"an inline type import",
			() => `import { type ASecretOfTheirs } from "../neighbour/theirs.ts"; const a: ASecretOfTheirs = 1;`,
		],
		["a type query", () => `const a: import("${theirs()}").ASecretOfTheirs = 1; void a;`],
		["typeof import()", () => `const a: typeof import("${secrets()}") = 1; void a;`],
		["an export of types", () => `export type * from "${theirs()}";`],
		["an export of a type", () => `export type { ASecretOfTheirs } from "../neighbour/theirs.ts";`],
		["a reference to a path", () => `/// <reference path="${theirs()}" />`],
		["a reference to a path upwards", () => `/// <reference path="../neighbour/theirs.ts" />`],
		["a reference to types", () => `/// <reference types="../neighbour/theirs" />`],
		["an augmentation", () => `declare module "../neighbour/theirs.ts" { interface ASecretOfTheirs { more: 1 } }`],
		["a value", () => `import { secret } from "../neighbour/theirs.ts"; console.log(secret);`],
		["an export of everything", () => `export * from "${theirs()}";`],
		["a file: URL", () => `import x from "file://${secrets()}"; console.log(x);`],
		["a query", () => `import x from "${secrets()}?x"; console.log(x);`],
		["a fragment", () => `import x from "${secrets()}#x"; console.log(x);`],
		["the reference, by a query", () => `export { isolate } from "${reference}?x";`],
		["the reference, by its path", () => `export { isolate } from "${reference}";`],
		[
			"the reference, by a case that some disks ignore",
			() => `export { isolate } from "${inKit("SOLUTIONS/02-unshare/isolate.ts")}";`,
		],
		["a part of the kit", () => `import x from "${inKit("package.json")}"; console.log(x);`],
	])("%s", { timeout: 60_000 }, async ([, text]) => {
		const isOwn = text().includes("{ isolate }");
		const { fault, said, code } = await compiled(`${text()}\n${isOwn ? "" : ISOLATE}`);
		expect(said).not.toMatch(/aSecret|more/);
		expect(code).not.toContain("aSecret");
		expect({ fault, said }).toEqual({
			fault: "unresolved-import",
			said: expect.stringContaining("outside of the submission"),
		});
	});

	test.for<[what: string, text: string]>([
		["a data: URL", 'import x from "data:text/javascript,export default 1"; console.log(x);'],
		["an http: URL", 'import x from "http://localhost/x.js"; console.log(x);'],
		["a package of the kit's", 'import x from "valibot"; console.log(x);'],
		["an unknown loader", 'import x from "./isolate.ts" with { type: "bytes" }; console.log(x);'],
		["a WebAssembly module", 'import x from "./x.wasm"; console.log(x);'],
		["a name with a zero byte", 'import x from "./a\\0b.ts"; console.log(x);'],
	])("%s is refused", { timeout: 60_000 }, async ([, text]) => {
		expect((await compiled(`${text}\n${ISOLATE}`)).fault).toBeOneOf(["unresolved-import", "syntax-error"]);
	});

	test.for<[what: string, furnish: (dir: string) => unknown]>([
		["a FIFO", (dir) => execFileSync("mkfifo", [join(dir, "helper.ts")])],
		[
			"a sparse file",
			(dir) =>
				files.write(join(dir.slice(files.dir.length + 1), "helper.ts"), "").then((path) => truncate(path, 700 << 20)),
		],
		["a device", (dir) => symlink("/dev/zero", join(dir, "helper.ts"))],
		["a link that leads outside", (dir) => symlink(theirs(), join(dir, "helper.ts"))],
		["a link to itself", (dir) => symlink("helper.ts", join(dir, "helper.ts"))],
	])("%s beside it cannot be read", { timeout: 60_000 }, async ([, furnish]) => {
		const text = `import * as x from "./helper.ts"; console.log(x);\n${ISOLATE}`;
		const { fault, said } = await compiled(text, {}, async (dir) => void (await furnish(dir)));
		expect(fault).toBe("unreadable-import");
		expect(said).toContain("cannot be read");
	});
});

describe("what makes no difference", () => {
	test.for<[what: string, text: () => string]>([
		["a source map that is a FIFO", () => `//# sourceMappingURL=file://${join(files.dir, "map.fifo")}`],
		["the same in another comment", () => `/*# sourceMappingURL=file://${join(files.dir, "map.fifo")} */`],
		["a source map that is a device", () => "//@ sourceMappingURL=file:///dev/zero"],
		["a byte-order mark", () => "\ufeff"],
		["very long names", () => `const ${repeated("a", 60_000)} = 1;`],
		["a very long line", () => `const a = "${repeated("x", 500_000)}"; void a;`],
		["types of its own, in a cycle", () => 'import type { A } from "./helper.ts"; export interface B { a: A }'],
		["JSON of its own", () => 'import json from "./own.json"; export const n: number = json.n;'],
	])("%s", { timeout: 60_000 }, async ([, text]) => {
		const beside = {
			"helper.ts": 'import type { B } from "./isolate.ts"; export interface A { b: B }',
			"own.json": '{ "n": 1 }',
		};
		const { fault, said } = await compiled(`${text()}\n${ISOLATE}`, beside);
		expect({ fault, said }).toEqual({ fault: null, said: "" });
	});

	test("settings that lie beside it as FIFOs", { timeout: 60_000 }, async () => {
		const text = `import { x } from "./helper.ts"; console.log(x);\n${ISOLATE}`;
		const { fault, said } = await compiled(text, { "helper.ts": "export const x = 1;" }, async (dir) => {
			for (const name of ["package.json", "tsconfig.json", "jsconfig.json"]) execFileSync("mkfifo", [join(dir, name)]);
		});
		expect({ fault, said }).toEqual({ fault: null, said: "" });
	});
});
