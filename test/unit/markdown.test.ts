import { expect, test } from "vitest";
import { renderMarkdown } from "../../harness/cli/markdown.ts";

const rendered = (source: string) => renderMarkdown(source, { width: 40, color: false });

test("a comment is not shown", () => {
	expect(rendered("a\n\n<!-- varies: 54 -->\n```console\n$ b\n```\n")).toBe("a\n\n  $ b\n");
});

test("prose is wrapped, code is not", () => {
	const long = "word ".repeat(12).trim();
	expect(rendered(`${long}\n\n\`\`\`text\n${long}\n\`\`\`\n`)).toBe(
		`${"word ".repeat(8).trim()}\n${"word ".repeat(4).trim()}\n\n  ${long}\n`,
	);
});
