import { describe, expect, test } from "vitest";
import {
	bashSession,
	compareLines,
	compareWords,
	consoleExamples,
	outputsOf,
	shownReports,
	unusedVaries,
} from "../../support/examples.ts";

const block = (language: string, ...lines: string[]) => [`\`\`\`${language}`, ...lines, "```", ""].join("\n");

describe("consoleExamples", () => {
	test("each prompt begins an example, with its line in the text", () => {
		const text = `# Title\n\n${block("console", "$ hostname", "harbour", "$ true", "$ ls", "a", "", "b")}`;
		expect(consoleExamples(text)).toEqual([
			{ line: 4, typed: "hostname", shown: ["harbour"], varies: [] },
			{ line: 6, typed: "true", shown: [], varies: [] },
			{ line: 7, typed: "ls", shown: ["a", "", "b"], varies: [] },
		]);
	});

	test("a line that starts with > right after the prompt continues it; later it is output", () => {
		const [example] = consoleExamples(block("console", "$ cat <<E", "> x", "> E", "x", "> y"));
		expect(example).toMatchObject({ typed: "cat <<E\nx\nE", shown: ["x", "> y"] });
	});

	test("the comment directly before a block says what varies in that block only", () => {
		const one = block("console", "$ a", "54 0x1f");
		const examples = consoleExamples(`<!-- varies: 54, rw,size=4k -->\n\n${one}\n${one}`);
		expect(examples.map(({ varies }) => varies)).toEqual([["54", "rw,size=4k"], []]);
	});

	test("other blocks are not played", () => {
		expect(consoleExamples(block("sh", "$ rm -r /") + block("text", "$ x"))).toEqual([]);
	});

	test("a block in a list item loses the item's indentation", () => {
		const [example] = consoleExamples("1. Do\n\n   ```console\n   $ a\n   b\n   ```\n");
		expect(example).toMatchObject({ line: 4, typed: "a", shown: ["b"] });
	});

	test("a block that begins with output is refused", () => {
		expect(() => consoleExamples(block("console", "x"))).toThrow('line 2: a console block begins with "$ "');
	});
});

test("shownReports finds the blocks that show a check, and what they expect", () => {
	const text = block("text", "$ npx drydock check 04", "✗ 04") + block("text", "$ npx drydock list", "04");
	expect(shownReports(text)).toEqual([{ line: 2, lesson: "04", passed: false, shown: ["✗ 04"], varies: [] }]);
	expect(shownReports(block("text", "$ npx drydock check 04", "✓ 04"))).toMatchObject([{ passed: true }]);
});

test("unusedVaries names what a block does not show", () => {
	expect(unusedVaries(`<!-- varies: 54, 55 -->\n${block("console", "$ echo 55", "54")}`)).toEqual(["55"]);
});

describe("a session", () => {
	const examples = consoleExamples(block("console", "$ false", "$ echo $?", "1"));

	test("marks each example's end and keeps the exit code", () => {
		expect(bashSession(examples).split("\n").slice(1)).toEqual(["false", "__next", "echo $?", "__next"]);
		expect(bashSession(examples)).toContain("return $code");
	});

	test("its output is cut at the marks; a missing newline at the end makes no difference", () => {
		expect(outputsOf("\u001e\n1\n\u001ea\n\nb\u001e\n")).toEqual([
			{ output: [], ended: true },
			{ output: ["1", "\u001ea", "", "b"], ended: true },
			{ output: [], ended: false },
		]);
	});
});

const lines = (shown: string[], came: string[], varies: string[] = []) => compareLines({ shown, varies }, came);

describe("compareLines", () => {
	test("equal lines fit; blanks and empty lines at the end do not count", () => {
		expect(lines(["a  b", ""], ["a  b  "])).toBeNull();
		expect(lines(["a  b"], ["a b"])).not.toBeNull();
	});

	test("differences are shown line by line", () => {
		expect(lines(["a", "b", "d"], ["a", "c", "d", "e"])).toBe("  a\n- b\n+ c\n  d\n+ e");
	});

	test("a text that varies fits any text without blanks, and only where it stands", () => {
		expect(lines(["uts:[4026532151]"], ["uts:[4026532299]"], ["4026532151"])).toBeNull();
		expect(lines(["uts:[4026532151]"], ["ipc:[4026532299]"], ["4026532151"])).not.toBeNull();
		expect(lines(["pid 54"], ["pid 1 2"], ["54"])).not.toBeNull();
	});

	test("the longer one of two varying texts is matched first", () => {
		expect(lines(["541"], ["9"], ["54", "541"])).toBeNull();
	});

	test("signs of regular expressions mean themselves", () => {
		expect(lines(["a.b* (c)"], ["axbb (c)"])).not.toBeNull();
		expect(lines(["[x] $1 ^"], ["[y] $1 ^"], ["x"])).toBeNull();
	});

	test("the width of columns varies with a varying text", () => {
		expect(lines(["  PID  NAME", "    7  init"], ["   PID NAME", "  1234 init"], ["7"])).toBeNull();
	});

	test("… stands for any number of lines, including none", () => {
		expect(lines(["a", "…", "d"], ["a", "b", "c", "d"])).toBeNull();
		expect(lines(["a", "…"], ["a"])).toBeNull();
		expect(lines(["…", "c"], ["a", "b"])).toBe("  …\n- c");
	});

	test("a line number in an error of bash is ignored: a reader's shell prints none", () => {
		expect(lines(["bash: nope: command not found"], ["bash: line 7: nope: command not found"])).toBeNull();
	});
});

describe("compareWords", () => {
	const words = (shown: string[], came: string, drawn: string[] = []) =>
		compareWords({ shown, varies: [] }, came, drawn);

	test("a shown part fits, however it is wrapped", () => {
		expect(words(["a b", "  c"], "a\nb c d")).toBeNull();
		expect(words(["a", "c"], "a b d")).toBe("  a\n- c");
	});

	test("a drawn value may differ from the shown one", () => {
		expect(words(["rootfs /lab/rootfs-b0fd sh"], "rootfs /lab/rootfs-77aa sh", ["/lab/rootfs-77aa"])).toBeNull();
		expect(words(["name proud-sloop"], "name harbour", ["calm-mast"])).not.toBeNull();
	});

	test("… stands for any number of words", () => {
		expect(words(["a", "…", "d"], "a b c d e")).toBeNull();
	});
});
