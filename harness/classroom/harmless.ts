import { printable } from "../base/printable.ts";

/**
 * What comes from a submission ends up in terminals, in logs of other systems, in XML and in file names. It is made
 * harmless once, when it is taken in, so that no format has to think of it.
 */

const TEXT_CHARS_MAX = 4_000;

/** A text that does nothing but be read: no control characters, only whole code points, and not too long. */
export function harmless(text: string, maxChars = TEXT_CHARS_MAX): string {
	// A lone surrogate has no bytes, so it does not survive the way through them.
	const whole = Buffer.from(text.slice(0, maxChars + 1)).toString();
	const said = printable(whole);
	return whole.length > maxChars ? shortened(said, maxChars) : said;
}

/** The same text without an end of a line. */
export const inOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** At most so many UTF-16 code units; what is cut off shows. */
export function shortened(text: string, maxChars: number): string {
	if (text.length <= maxChars) return text;
	// Not in the middle of a pair.
	return `${text.slice(0, maxChars - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * A file's name as text: itself, if it is printable UTF-8; what is not is written as `\xNN`, byte by byte, and a backslash
 * twice. Two names are never the same text.
 */
export function nameOf(bytes: Buffer): string {
	const text = bytes.toString();
	const escaped = (part: string, encoding: BufferEncoding) =>
		[...Buffer.from(part, encoding)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
	const valid = Buffer.from(text).equals(bytes);
	const [characters, encoding, strange] = valid
		? [text, "utf8" as const, /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu]
		: [bytes.toString("latin1"), "latin1" as const, /[^ -~]/g];
	return characters.replaceAll("\\", "\\\\").replaceAll(strange, (character) => escaped(character, encoding));
}

/** More than the 255 bytes that a file's name has, each written as \\xNN. */
const NAME_CHARS_MAX = 1_020;

/** Whether {@link nameOf} could have made a text: then it is the name of one file, in one folder, and fit to be shown. */
export function isName(text: string): boolean {
	if (text === "" || text === "." || text === ".." || text.length > NAME_CHARS_MAX || text.includes("/")) return false;
	const backslashes = text.replaceAll(/\\\\|\\x[0-9a-f]{2}/g, "");
	return !backslashes.includes("\\") && nameOf(Buffer.from(text.replaceAll("\\", ""))) === text.replaceAll("\\", "");
}

/** The order of names: the same on every computer. */
export const compareNames = (one: string, other: string): number =>
	Buffer.compare(Buffer.from(one), Buffer.from(other));
