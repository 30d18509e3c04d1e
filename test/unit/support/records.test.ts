import { describe, expect, test } from "vitest";
import { fits, type Item } from "../../support/items.ts";
import { parseRecords, recordsText, wrongRecords } from "../../support/records.ts";

const item = (name: string, ...expected: string[]): Item => ({
	lesson: "02-unshare",
	name,
	key: "0".repeat(16),
	expected,
});

describe("the records", () => {
	test.each([
		["whose result was changed", "0000000000000000\twrong/one\tpass\n", 'wrong/one is recorded as "pass"'],
		["of an item that does not exist", "0000000000000000\twrong/other\tfail\n", "there is no wrong/other"],
	])("that are wrong are reported: one %s", (_what, text, message) => {
		const wrong = wrongRecords(parseRecords(text, "x.txt"), [item("wrong/one", "fail no-ipc 3")]);
		expect(wrong).toEqual([expect.stringContaining(message)]);
	});

	test("with another key are ignored, right or wrong: the item is tried", () => {
		const text = "1111111111111111\twrong/one\tpass\n";
		expect(wrongRecords(parseRecords(text, "x.txt"), [item("wrong/one", "fail no-ipc 3")])).toEqual([]);
	});

	test.each(["0000\twrong/one\tpass\n", "0000000000000000 wrong/one pass\n", "0000000000000000\twrong/one\n"])(
		"of another form are refused: %j",
		(text) => {
			expect(() => parseRecords(text, "x.txt")).toThrow("x.txt:1");
		},
	);

	test("are written sorted, and read again as they were", () => {
		const text = '0123456789abcdef\tmutant/drop "a();"\tfail x -\n0123456789abcdef\twrong/b\tfail y 1\n';
		expect(recordsText(parseRecords(text, "x.txt"))).toBe(text);
		expect(recordsText(new Map([...parseRecords(text, "x.txt")].reverse()))).toBe(text);
	});
});

test("a result fits if it begins with the expected words; an exact item needs the whole result", () => {
	expect(fits(item("mutant/one", "fail"), "fail no-ipc 3")).toBe(true);
	expect(fits(item("mutant/one", "fail"), "failed")).toBe(false);
	expect(fits({ ...item("wrong/one", "fail no-ipc -"), exactly: true }, "fail no-ipc - more")).toBe(false);
});
