import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { importWith } from "../../support/import-with.ts";

const root = await mkdtemp(join(tmpdir(), "drydock-programs-test-"));
const { keptProgram } = await importWith({ DRYDOCK_CACHE: root }, () => import("../../support/kept-programs.ts"));
afterAll(() => rm(root, { recursive: true, force: true }));

const PROGRAM = { code: "exports.run = () => 7;", map: "{}", files: ["/there/run.ts"] };
const notAgain = () => Promise.reject(new Error("bundled again"));

test("a program is bundled once for its key", async () => {
	expect(await keptProgram("0000000000000001", async () => PROGRAM)).toEqual(PROGRAM);
	expect(await keptProgram("0000000000000001", notAgain)).toEqual(PROGRAM);
	await expect(keptProgram("0000000000000002", notAgain)).rejects.toThrow("bundled again");
});

test("a submission that cannot be bundled is not kept, and is bundled again", async () => {
	const refuse = () => Promise.reject(new Error("a brace is missing"));
	await expect(keptProgram("0000000000000003", refuse)).rejects.toThrow("a brace is missing");
	expect(await keptProgram("0000000000000003", async () => PROGRAM)).toEqual(PROGRAM);
});

test("a kept program that was damaged is bundled again", async () => {
	await keptProgram("0000000000000004", async () => PROGRAM);
	const entry = join(root, "programs/0000000000000004");
	const file = (await readdir(entry)).find((name) => name.startsWith("program.")) ?? "";
	await writeFile(join(entry, file), "no program");
	const other = { ...PROGRAM, code: "exports.run = () => 8;" };
	expect(await keptProgram("0000000000000004", async () => other)).toEqual(other);
});
