import { expect, test } from "vitest";
import { harmless, printableName } from "../../../../harness/classroom/results/harmless.ts";

test.each([
	["an escape sequence", "a\u001b[2Jb", "a\ufffd[2Jb"],
	["an escape sequence that begins with one 8-bit character", "a\u009b31mb", "a\ufffd31mb"],
	["NUL, backspace and a bare carriage return", "a\0b\bc\rd", "a\ufffdb\ufffdc\ufffdd"],
	["a character that reverses the writing direction", "a\u202eb\u2066c", "a\ufffdb\ufffdc"],
	["a character that XML 1.0 cannot contain", "a\ufffeb\uffffc", "a\ufffdb\ufffdc"],
	["half a surrogate pair", "a\ud800b", "a\ufffdb"],
	[
		"a command to a hosted runner",
		"  ::set-output name=result::x\n::error::y",
		"  : :set-output name=result::x\n: :error::y",
	],
	["a command to a hosted runner, in the older form", "a ##[error]b", "a # #[error]b"],
])("%s becomes harmless", (_what, text, expected) => {
	expect(harmless(text)).toBe(expected);
});

test("line ends, tabs, letters of all scripts and joined emojis stay", () => {
	const text = "Größe\tمی‌خواهم\n👩‍💻 ✓";
	expect(harmless(text)).toBe(text);
});

test("a long text is cut, never in the middle of a character", () => {
	expect(harmless("x".repeat(10), 5)).toBe("xxxx…");
	expect(harmless("👩".repeat(10), 4)).toBe("👩…");
});

test("a harmless name stays; any other name shows its bytes", () => {
	expect(printableName(Buffer.from("Zoë O'Neil-李"))).toBe("Zoë O'Neil-李");
	expect(printableName(Buffer.from([0x63, 0xe9]))).toBe("c\\xe9");
	expect(printableName(Buffer.from("a\nb\u001b[31m"))).toBe("a\\x0ab\\x1b[31m");
	expect(printableName(Buffer.from("\u202e"))).toBe("\\xe2\\x80\\xae");
});

test("two different names never become the same text", () => {
	expect(printableName(Buffer.from("\\xe9"))).not.toBe(printableName(Buffer.from([0xe9])));
});
