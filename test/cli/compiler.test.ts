import { execFileSync } from "node:child_process";
import { symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { compiled as compiledIn, ISOLATE, reference } from "../support/compiled.ts";
import { temporary } from "../support/temporary.ts";

// What source code can do to the compilers, and to the computer that they run on, before any of it runs.

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
const compiled = compiledIn.bind(null, files);
const repeated = (part: string, times: number) => part.repeat(times);

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
	])("%s cannot import it", { timeout: 60_000 }, async ([, text]) => {
		const isOwn = text().includes("{ isolate }");
		const { fault, messages, code } = await compiled(`${text()}\n${isOwn ? "" : ISOLATE}`);
		expect(messages).not.toMatch(/aSecret|more/);
		expect(code).not.toContain("aSecret");
		expect({ fault, messages }).toEqual({
			fault: "unresolved-import",
			messages: expect.stringContaining("outside of the submission"),
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

	test.for<[what: string, addSpecialFiles: (dir: string) => unknown]>([
		["a FIFO", (dir) => execFileSync("mkfifo", [join(dir, "helper.ts")])],
		[
			"a sparse file",
			(dir) =>
				files.write(join(dir.slice(files.dir.length + 1), "helper.ts"), "").then((path) => truncate(path, 700 << 20)),
		],
		["a device", (dir) => symlink("/dev/zero", join(dir, "helper.ts"))],
		["a link that leads outside", (dir) => symlink(theirs(), join(dir, "helper.ts"))],
		["a link to itself", (dir) => symlink("helper.ts", join(dir, "helper.ts"))],
	])("%s beside it cannot be read", { timeout: 60_000 }, async ([, addSpecialFiles]) => {
		const text = `import * as x from "./helper.ts"; console.log(x);\n${ISOLATE}`;
		const { fault, messages } = await compiled(text, {}, async (dir) => void (await addSpecialFiles(dir)));
		expect(fault).toBe("unreadable-import");
		expect(messages).toContain("cannot be read");
	});
});

describe("the compilers accept", () => {
	test.for<[what: string, text: () => string]>([
		["a source map that is a FIFO", () => `//# sourceMappingURL=file://${join(files.dir, "map.fifo")}`],
		["the same source map in another comment", () => `/*# sourceMappingURL=file://${join(files.dir, "map.fifo")} */`],
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
		const { fault, messages } = await compiled(`${text()}\n${ISOLATE}`, beside);
		expect({ fault, messages }).toEqual({ fault: null, messages: "" });
	});

	test("FIFOs beside the module that have the names of settings", { timeout: 60_000 }, async () => {
		const text = `import { x } from "./helper.ts"; console.log(x);\n${ISOLATE}`;
		const { fault, messages } = await compiled(text, { "helper.ts": "export const x = 1;" }, async (dir) => {
			for (const name of ["package.json", "tsconfig.json", "jsconfig.json"]) execFileSync("mkfifo", [join(dir, name)]);
		});
		expect({ fault, messages }).toEqual({ fault: null, messages: "" });
	});
});
