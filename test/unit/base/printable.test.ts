import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { Chalk } from "chalk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allPrintable, LogCommandRemover, printable, withoutLogCommands } from "../../../harness/base/printable.ts";
import { TextLayout } from "../../../harness/base/text-layout.ts";
import { filterOutput } from "../../../harness/cli/text/output-filter.ts";

describe("what is printed", () => {
	test.each([
		["control characters of a terminal", "a\u001b[2Jb\u009bc\0d\be\rf"],
		["characters that change the writing direction", "a\u200eb\u200fc\u061cd\u202ae\u202ef\u2066g\u2069h"],
		["separators of lines and paragraphs", "a\u2028b\u2029c"],
		["tag characters", "a\u{e0001}b\u{e0070}c\u{e007f}d"],
		["invisible characters", "a\u00adb\u200bc\u2060d\ufeffe\u034ff\u115fg\u3164h\uffa0i\u180ej"],
		["variation selectors", "a\u{e0100}b\ufe00c\ufe0fd\u180be"],
		["characters for notes between the lines", "a\ufff9b\ufffac\ufffbd"],
		["private-use characters and noncharacters", "a\ue000b\u{f0000}c\ufdd0d\ufffee"],
		["halves of a surrogate pair", "a\ud800b\udfffc"],
		["joiners between Latin letters", "a\u200db\u200cc"],
	])("contains no %s", (_what, text) => {
		expect(printable(text)).toMatch(/^[ -~\ufffd]+$/);
		expect(printable(text).replaceAll("\ufffd", "")).toBe(text.replaceAll(/[^ -~]/gu, ""));
	});

	test("keeps letters of all scripts, emojis, tabs and lines", () => {
		const text = "Größe\tمی‌خواهم\n👩‍💻 ❤️ 1️⃣ क्‍ष เก็บ fe80::1 std::vector ✓";
		expect(printable(text)).toBe(text);
	});

	test("ends every line with \\n", () => {
		expect(printable("a\r\nb\r\n")).toBe("a\nb\n");
	});

	test("has no letter with marks that cover the lines around", () => {
		expect(printable(`a${"\u0301".repeat(500)}b`).length).toBeLessThan(12);
	});

	test("takes time in proportion to the text's length", () => {
		for (const text of ["\n", "\r", " ", ":", "#", "\u0301", "##a", " :", "section_start:"])
			expect(printable(text.repeat(1 << 17)).length).toBeGreaterThan(0);
	});

	test("is harmless in every part of a document, names included", () => {
		expect(allPrintable({ "a\u200f": ["\u001b", { b: "##vso[x]" }, 1, null] })).toEqual({
			"a\ufffd": ["\ufffd", { b: "# #vso[x]" }, 1, null],
		});
	});
});

const COMMANDS = [
	"::stop-commands::x",
	"::add-mask::passed",
	"\u3000\t ::error file=README.md,line=1::graded by nobody",
	"\u001b[31m::notice::x",
	"text ##[error]x",
	"text ##vso[task.complete result=Succeeded;]done",
	"##teamcity[testFailed name='x']",
	"###[group]x",
	"section_start:1560896352:my_section\r\u001b[0K",
	"travis_fold:start:x",
];

// The runners' own rules: GitHub's ActionCommand.TryParseV2 and TryParse, Azure's Command.TryParse.
const isCommand = (line: string) =>
	stripVTControlCharacters(line).trimStart().startsWith("::") ||
	/##\w*\[|(section_(start|end)|travis_fold):\w/.test(line);

describe("a job's log", () => {
	test.each(COMMANDS)("takes no command from %j", (text) => {
		expect(isCommand(text)).toBe(true);
		for (const line of withoutLogCommands(`a\n${text}\n`).split("\n")) expect(isCommand(line)).toBe(false);
	});

	test("leaves no command in a layout, wherever its lines are broken", () => {
		fc.assert(
			fc.property(
				fc.array(fc.oneof(fc.constantFrom(...COMMANDS, "::", ":", "##", "#", "vso[", "[", " ", "\n"), fc.string())),
				fc.integer({ min: 20, max: 100 }),
				fc.boolean(),
				(parts, width, plain) => {
					const layout = new TextLayout({ width, color: false, plain }, new Chalk({ level: 0 }));
					const text = printable(parts.join(""));
					layout.labelled("why", text);
					layout.paragraph(text);
					layout.item(text);
					layout.twoColumns([text, text], [{ cells: [text, text], mark: false }]);
					layout.line(layout.clipped(`  ${text}`));
					for (const line of layout.text().split("\n")) expect(isCommand(line)).toBe(false);
				},
			),
			{ numRuns: 500 },
		);
	});

	/** Two guarded streams of a process, and what was written to each and to both. */
	function guarded() {
		const logs = { out: "", err: "", both: "" };
		const newStream = (name: "out" | "err") =>
			new Writable({
				write: (chunk, _, done) => {
					logs[name] += chunk;
					logs.both += chunk;
					done();
				},
			}) as unknown as NodeJS.WriteStream;
		const streams = [newStream("out"), newStream("err")] as const;
		filterOutput(streams, "npx drydock");
		return { logs, streams };
	}

	test("lets no writer print a command; a session's bytes stay", () => {
		const { logs, streams } = guarded();
		streams[0].write("::error::x\n");
		streams[0].write(Buffer.from("::error::x\n"));
		expect(logs.out).toBe(": :error::x\n::error::x\n");
	});

	test("leaves ordinary text unchanged, in whatever pieces it arrives", () => {
		const { logs, streams } = guarded();
		const text = "a::b fe80::1 std::vector # ## a#[b] \u001b[1mbold\u001b[0m\n  : see section_ start:\n";
		for (const piece of text) streams[0].write(piece);
		expect(logs.out).toBe(text);
	});

	test("lets no command through in pieces, on either stream", () => {
		const piece = fc.constantFrom(
			...[":", "::", "#", "##", "##vso", "vso[", "[", "section_start", "section_", "start:", "travis_fold:", "1"],
			...["\u001b[", "\u001b[31", ";1", "m", "x", " ", "\t", "\n", "\r\n", "error::x", " ".repeat(80), "1;".repeat(40)],
			"\u001b[1m".repeat(20),
		);
		const written = fc.array(fc.tuple(fc.constantFrom(0, 1), piece), { maxLength: 12 });
		fc.assert(
			fc.property(written, (pieces) => {
				const { logs, streams } = guarded();
				for (const [at, text] of pieces) streams[at]?.write(text);
				// What the guard remembers of an unfinished line suffices to find every command.
				for (const log of Object.values(logs)) expect(withoutLogCommands(log)).toBe(log);
			}),
			{ numRuns: 2_000 },
		);
	});

	test.each(COMMANDS)("takes no command from %j, cut anywhere", (text) => {
		for (let at = 0; at <= text.length; at++) {
			const remover = new LogCommandRemover();
			const log = ["a\n", text.slice(0, at), text.slice(at), "\n"].map((piece) => remover.remove(piece));
			expect(log.join("").split("\n").filter(isCommand)).toEqual([]);
		}
	});
});
