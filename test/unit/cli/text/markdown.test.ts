import { readFile } from "node:fs/promises";
import MarkdownIt from "markdown-it";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import type { Style } from "../../../../harness/base/text-layout.ts";
import { highlightCode } from "../../../../harness/cli/text/markdown/highlight.ts";
import { renderMarkdown } from "../../../../harness/cli/text/markdown.ts";
import { lessons } from "../../../../harness/judge/lessons.ts";
import { drawn } from "../../../support/plan.ts";

const rendered = (source: string, style: Partial<Style> = {}) =>
	renderMarkdown(source, { width: 40, color: false, ...style }, style.color ? highlightCode : undefined);
const ESC = "\u001b";

test("a comment is not shown", () => {
	expect(rendered("a <!-- why -->b\n\n<!-- varies: 54 -->\n```console\n$ c\n```\n")).toBe("a b\n\n  $ c\n");
});

test("prose is wrapped, code is not", () => {
	const long = "word ".repeat(12).trim();
	expect(rendered(`${long}\n\n\`\`\`text\n${long}\n\`\`\`\n`)).toBe(
		`${"word ".repeat(8).trim()}\n${"word ".repeat(4).trim()}\n\n  ${long}\n`,
	);
});

test("later lines of a list item or a quotation are aligned with its first line", () => {
	const long = "word ".repeat(8).trim();
	expect(rendered(`9. ${long}\n10. b\n\n    \`\`\`ts\n    c\n    \`\`\`\n\n> ${long}\n`)).toBe(
		`9. ${"word ".repeat(7).trim()}\n   word\n\n10. b\n\n      c\n\n> ${"word ".repeat(7).trim()}\n> word\n`,
	);
});

test("lists in lists are indented", () => {
	expect(rendered("- a\n  - b\n- c\n")).toBe("• a\n  • b\n\n• c\n");
	expect(rendered("- a\n  - b\n- c\n", { plain: true })).toBe("- a\n  - b\n\n- c\n");
});

describe("a table", () => {
	const TABLE = "| term | means |\n| --- | --- |\n| bind mount | a directory made visible at a second place |\n";

	test("is as wide as it needs to be, at most as the terminal", () => {
		expect(rendered(TABLE)).toBe(
			"term        means\n──────────  ────────────────────────────\nbind mount  a directory made visible at\n            a second place\n",
		);
	});

	test("whose words do not fit beside each other is shown row by row", () => {
		expect(rendered(TABLE, { width: 20 })).toBe(
			"term: bind mount\n  means: a directory\n  made visible at a\n  second place\n",
		);
	});

	test("is shown row by row in plain text", () => {
		expect(rendered(TABLE, { width: 80, plain: true })).toBe(
			"term: bind mount\n  means: a directory made visible at a second place\n",
		);
	});
});

describe("a link", () => {
	test.each([
		["to a page of the web is shown with its address", "[a](https://b.org)", "a (https://b.org)"],
		["that is its own address is shown once", "<https://b.org>", "https://b.org"],
		[
			"to another lesson is shown as the command that opens it",
			"[a](../03-chroot/README.md)",
			"a (npx drydock read 03)",
		],
		["within the text is shown as text", "[a](#b)", "a"],
		["to a file is shown with its path", "[a](hello.asm)", "a (hello.asm)"],
	])("%s", (_what, source, text) => {
		expect(rendered(source)).toBe(`${text}\n`);
	});

	test("can be clicked only at a terminal with colours", () => {
		const followed = rendered("[a](https://b.org)", { color: true, hyperlinks: true });
		expect(followed).toContain(`${ESC}]8;;https://b.org\u0007`);
		expect(rendered("[a](https://b.org)", { color: true })).not.toContain(`${ESC}]8;`);
		expect(rendered("[a](b.md)", { color: true, hyperlinks: true })).not.toContain(`${ESC}]8;`);
	});
});

describe("code", () => {
	test.each([
		["ts", "const a = 1;"],
		["c", "int a = 1;"],
		["sh", "if true; then echo a; fi"],
		["json", '{"a": 1}'],
		["asm", "mov rax, 60"],
		["console", "$ echo a"],
	])("in %s is coloured, and stays the same otherwise", (language, code) => {
		const colored = rendered(`\`\`\`${language}\n${code}\n\`\`\`\n`, { color: true });
		expect(colored).toContain(`${ESC}[`);
		expect(withoutColors(colored)).toBe(`  ${code}\n`);
	});

	test("in a console, commands are coloured and output is not", () => {
		const colored = rendered("```console\n$ cat f\nif true\n# whoami\n100%\n```\n", { color: true });
		expect(colored.split("\n").map((line) => line.includes(ESC))).toEqual([true, false, false, false, false]);
	});

	test("in an unknown language stays as it is", () => {
		expect(rendered("```cobol\nMOVE A TO B\n```\n", { color: true })).toBe("  MOVE A TO B\n");
	});
});

describe.each((await lessons()).map(({ id }) => id))("the text of %s", async (id) => {
	const source = await readFile(inKit("lessons", id, "README.md"), "utf8");
	const blocks = new MarkdownIt().parse(source, {}).flatMap(({ type, content }) => (type === "fence" ? [content] : []));
	const code = new Set(blocks.flatMap((block) => block.split("\n").map((line) => line.trimEnd())));
	const isCode = (line: string) => line.startsWith("  ") && code.has(line.slice(2));
	// A word longer than the line is not broken.
	const isOneWord = (line: string) => !line.trim().includes(" ");

	test.for(drawn(`the width of ${id}`, [40, 80, 120], 1))(
		"fits into %i columns, except for code and long words",
		(width) => {
			const lines = rendered(source, { width }).split("\n");
			expect(lines.filter((line) => stringWidth(line) > width && !isCode(line) && !isOneWord(line))).toEqual([]);
			expect(Math.max(...lines.filter((line) => !isCode(line)).map((line) => stringWidth(line)))).toBeGreaterThan(30);
		},
	);

	test("is the same with and without colours, except for the signs that replace colours", () => {
		// Without colours, signs such as # take up room, so table cells may wrap at other words.
		const words = (text: string) => text.replaceAll(/[`#─]/g, "").trim().split(/\s+/).sort();
		const colored = withoutColors(rendered(source, { width: 80, color: true }));
		expect(words(colored)).toEqual(words(rendered(source, { width: 80 })));
	});

	test("has no comment and no column of its own in plain text", () => {
		const plain = rendered(source, { width: 80, plain: true });
		expect(plain).not.toContain("<!--");
		expect(plain.split("\n").filter((line) => !isCode(line) && /[─│•]/.test(line))).toEqual([]);
	});
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is taken away
const withoutColors = (text: string) => text.replaceAll(/\u001b\[[\d;]*m/g, "");
