import { Chalk } from "chalk";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { fitted, TextLayout } from "../../../harness/base/text-layout.ts";

// Texts of others can have 10,000 characters. Code that measures the rest of the text for each character takes minutes,
// so the test would time out.
const LONG = 10_000;

describe("a text in a column", () => {
	test.each([
		["abc", 5, "abc  "],
		["abc", 3, "abc"],
		["abcd", 3, "ab…"],
		["漢字", 4, "漢字"],
		["漢字漢", 4, "漢… "],
		["漢", 1, "…"],
		["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
		["", 2, "  "],
	])("%j takes %i columns", (text, width, expected) => expect(fitted(text, width)).toBe(expected));

	test.each(["漢", "\u1100", "e\u0301", "a ", "👩\u200d👧"])("%j, however long it is", (part) => {
		const text = part.repeat(LONG / part.length);
		for (let width = 1; width < 60; width++) expect(stringWidth(fitted(text, width))).toBe(width);
	});
});

describe("a layout", () => {
	test.each([" ", " \u0301", " \t", " \u200d"])("takes any number of %j as a gap", (part) => {
		const layout = new TextLayout({ width: 80, color: false }, new Chalk({ level: 0 }));
		const text = `one${part.repeat(LONG / part.length)} two`;
		layout.paragraph(text);
		layout.labelled("shows", text);
		expect(layout.text()).toBe("one … two\n  shows   one … two\n");
	});

	test("keeps a gap that somebody may have meant", () => {
		const layout = new TextLayout({ width: 80, color: false }, new Chalk({ level: 0 }));
		layout.paragraph(`one${" ".repeat(20)}two`);
		expect(layout.text()).toBe(`one${" ".repeat(20)}two\n`);
	});
});
