import { mkdtemp, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { moveAside, placeBeside, writeNew } from "../../../harness/learner/without-overwriting.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
let dir = "";
let path = "";
beforeEach(async () => {
	dir = await mkdtemp(join(files.dir, "keep-"));
	path = join(dir, "isolate.ts");
});
const textOf = (name: string) => readFile(join(dir, name), "utf8");

describe("moveAside", () => {
	test("uses the first free name", async () => {
		await writeFile(join(dir, "isolate.kept-1.ts"), "before");
		await writeFile(path, "mine");
		expect(await moveAside(path)).toBe(join(dir, "isolate.kept-2.ts"));
		expect([await textOf("isolate.kept-1.ts"), await textOf("isolate.kept-2.ts")]).toEqual(["before", "mine"]);
	});

	test("text that an editor writes to the open file afterwards is kept", async () => {
		await writeFile(path, "mine");
		const editor = await open(path, "a");
		await moveAside(path);
		await editor.appendFile(", and more");
		await editor.close();
		expect(await textOf("isolate.kept-1.ts")).toBe("mine, and more");
	});

	test("a missing file leaves nothing behind", async () => {
		await expect(moveAside(path)).rejects.toMatchObject({ code: "ENOENT" });
		expect(await readdir(dir)).toEqual([]);
	});

	test("twenty moves at once, with twenty writers, lose nothing", async () => {
		const texts = Array.from({ length: 20 }, (_, number) => `version ${number}`);
		await Promise.all(
			texts.map(async (text) => {
				while (!(await writeNew(path, text))) await moveAside(path).catch(() => {});
			}),
		);
		const found = await Promise.all((await readdir(dir)).map(textOf));
		expect(found.filter((text) => text !== "").sort()).toEqual(texts.sort());
	});
});

describe("placeBeside", () => {
	const place = (text: string, name = "isolate.ts") => placeBeside(join(dir, name), Buffer.from(text));

	test("a file that does not exist yet gets its own name", async () => {
		expect(await place("theirs")).toBe(path);
		expect(await textOf("isolate.ts")).toBe("theirs");
	});

	test("a file that differs goes beside the existing one, once", async () => {
		await writeFile(path, "mine");
		expect(await place("theirs")).toBe(join(dir, "isolate.imported-1.ts"));
		expect(await place("theirs")).toBe(join(dir, "isolate.imported-1.ts"));
		expect(await place("mine")).toBe(path);
		expect(await textOf("isolate.ts")).toBe("mine");
		expect(await readdir(dir)).toHaveLength(2);
	});

	test("a file called .kept-1 that differs goes beside the existing one, and its name has only .imported-1", async () => {
		await writeFile(join(dir, "isolate.kept-1.ts"), "kept here");
		expect(await place("kept there", "isolate.kept-1.ts")).toBe(join(dir, "isolate.imported-1.ts"));
	});
});
