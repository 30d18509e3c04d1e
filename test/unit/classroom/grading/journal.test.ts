import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Journal } from "../../../../harness/classroom/grading/journal.ts";
import { judgementOf } from "../../../support/class-report.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
let made = 0;

async function written(...keys: string[]): Promise<string> {
	const path = join(files.dir, `${made++}`, "journal.jsonl");
	const journal = await Journal.open(path, false);
	for (const key of keys) await journal.add(key, judgementOf("pass"));
	return path;
}

test("after a resume, a journal has exactly the judgements that were added", async () => {
	const journal = await Journal.open(await written("one", "two"), true);
	expect(journal.size).toBe(2);
	expect(journal.judgementOf("two")).toEqual(judgementOf("pass"));
	expect(journal.judgementOf("three")).toBeUndefined();
});

test("without a resume, a journal begins anew", async () => {
	const path = await written("one");
	expect((await Journal.open(path, false)).size).toBe(0);
	expect((await Journal.open(path, true)).size).toBe(0);
});

test("a journal that was cut off at any byte keeps the complete lines, and continues", async () => {
	const path = await written("one", "two");
	const text = await readFile(path, "utf8");
	for (let length = 0; length <= text.length; length += 7) {
		await writeFile(path, text.slice(0, length));
		const journal = await Journal.open(path, true);
		const whole = (text.slice(0, length).match(/\}\}(?=\n|$)/g) ?? []).length;
		expect(journal.size).toBe(whole);
		await journal.add("three", judgementOf("fail"));
		const resumed = await Journal.open(path, true);
		expect(resumed.size).toBe(whole + 1);
		expect(resumed.judgementOf("three")).toEqual(judgementOf("fail"));
	}
});

test("lines that are no judgement are dropped", async () => {
	const path = await written("one");
	await appendFile(path, '{"key":"x","judgement":{"status":"great"}}\n\0\0\0\nnull\n{"key":1}\n');
	expect((await Journal.open(path, true)).size).toBe(1);
});
