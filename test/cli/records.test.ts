import { expect, test } from "vitest";
import { allItems } from "../support/items.ts";
import { readRecords, wrongRecords } from "../support/records.ts";
import { TEST_FILES, testFileItems } from "../support/test-files.ts";

// The bundler makes a program of every submission.
test("the records are of items that exist, with results that these may have", async () => {
	const all = [...(await allItems()), [TEST_FILES, await testFileItems()] as const];
	for (const [lesson, items] of all) expect(wrongRecords(await readRecords(lesson), items)).toEqual([]);
});
