import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { importWith } from "../support/import-with.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
const left = await temporary();
const { typeErrors } = await importWith(
	{ DRYDOCK_CACHE: join(left.dir, "cache"), TMPDIR: left.dir },
	() => import("../../harness/engine/type-errors.ts"),
);
afterAll(() => Promise.all([files.remove(), left.remove()]));

test("a well-typed module has none, wherever it lies: #kernel, #box and node: are known", async () => {
	const file = await files.write(
		"good.ts",
		`import { readdirSync } from "node:fs";
		import { sethostname } from "#kernel";
		import { tarEntry } from "#box/tar";
		export const entry: Buffer = tarEntry("/a", "/a");
		export function isolate(hostname: string): void { sethostname(hostname + readdirSync("/").length); }`,
	);
	expect(await typeErrors(file)).toEqual([]);
}, 60_000);

test("each error has the compiler's words and its place, counted from 1", async () => {
	const file = await files.write(
		"bad.ts",
		'import { sethostnam, unshare } from "#kernel";\nunshare("uts");\nexport const isolate = sethostnam;\n',
	);
	expect(await typeErrors(file)).toEqual([
		{ message: expect.stringContaining("sethostnam"), file, line: 1, column: 10 },
		{ message: expect.stringMatching(/^TS2345: .*'string'.*'number'/), file, line: 2, column: 9 },
	]);
}, 60_000);

test("a missing brace has the place of the brace that is never closed", async () => {
	const file = await files.write("open.ts", "export function isolate(): void {\n\tif (1) {\n}\n");
	expect(await typeErrors(file)).toMatchObject([{ line: 4, opened: { file, line: 1, column: 33 } }]);
}, 60_000);

test("only the first of thousands of errors are reported, each with a short text", async () => {
	const file = await files.write("many.ts", `${`no${"n".repeat(5_000)};\n`}${"nope;\n".repeat(20_000)}`);
	const errors = await typeErrors(file);
	expect(errors).toHaveLength(100);
	expect(errors.at(-1)).toMatchObject({ line: 100, column: 1 });
	expect(Math.max(...errors.map(({ message }) => message.length))).toBeLessThan(700);
}, 60_000);

test("unused code is unfinished, not wrong", async () => {
	const file = await files.write(
		"unused.ts",
		'import { unshare } from "#kernel";\nexport function isolate(hostname: string): void { const later = 1; }\n',
	);
	expect(await typeErrors(file)).toEqual([]);
}, 60_000);

test("errors in other files are not this file's", async () => {
	await files.write("other.ts", "export const wrong: number = 'x';\n");
	const file = await files.write("imports.ts", 'import { wrong } from "./other.ts";\nexport const isolate = wrong;\n');
	expect(await typeErrors(file)).toEqual([]);
}, 60_000);

test("the skeletons that learners start from have none", async () => {
	expect(await typeErrors(inKit("lessons/02-unshare/isolate.ts"))).toEqual([]);
}, 60_000);

test("it leaves nothing in the cache or elsewhere", async () => {
	await typeErrors(inKit("lessons/02-unshare/isolate.ts"));
	expect(await readdir(left.dir)).toEqual([]);
}, 60_000);
