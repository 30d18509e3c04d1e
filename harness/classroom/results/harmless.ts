import { printable } from "../../base/printable.ts";

/**
 * Text from a submission ends up in terminals, in logs of other systems, in XML and in file names. It is made
 * harmless when a result is made or a report is read, so that no format has to do it.
 */

const TEXT_CHARS_MAX = 4_000;

/**
 * Makes a text safe to print, as {@link printable} does, and cuts it to `maxChars`. The result has only whole code
 * points.
 */
export function harmless(text: string, maxChars = TEXT_CHARS_MAX): string {
	// Lone surrogates have no UTF-8 encoding, so encoding and decoding replaces them.
	const whole = Buffer.from(text.slice(0, maxChars + 1)).toString();
	return shortened(printable(whole), maxChars);
}

/** The same text in one line: white space becomes single spaces. */
export const inOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** Cuts a text to at most `maxChars` UTF-16 code units. "…" marks the cut. */
export function shortened(text: string, maxChars: number): string {
	if (text.length <= maxChars) return text;
	// Does not split a surrogate pair.
	return `${text.slice(0, maxChars - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * A file's name as printable text. Printable characters stay as they are, the bytes of all others become `\xNN`, and a
 * backslash is doubled. If any part of the name is not valid UTF-8, only printable ASCII counts as printable. Different
 * names become different texts.
 */
export function printableName(bytes: Buffer): string {
	const text = bytes.toString();
	const escaped = (part: string, encoding: BufferEncoding) =>
		[...Buffer.from(part, encoding)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
	const valid = Buffer.from(text).equals(bytes);
	const [characters, encoding, unprintable] = valid
		? [text, "utf8" as const, /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu]
		: [bytes.toString("latin1"), "latin1" as const, /[^ -~]/g];
	return characters.replaceAll("\\", "\\\\").replaceAll(unprintable, (character) => escaped(character, encoding));
}

/** A file's name has at most 255 bytes, and each takes four characters as `\xNN`. */
const NAME_CHARS_MAX = 1_020;

/**
 * Whether a text is as safe as what {@link printableName} returns: it can be printed, and be a part of a file's name.
 * All its characters are printable, and each backslash is a part of `\\` or `\xNN`. This is also true for texts that
 * {@link printableName} never returns, such as `\x41`: it leaves an "A" as it is.
 */
export function isPrintableName(text: string): boolean {
	if (text === "" || text === "." || text === ".." || text.length > NAME_CHARS_MAX || text.includes("/")) return false;
	const withoutEscapes = text.replaceAll(/\\\\|\\x[0-9a-f]{2}/g, "");
	return (
		!withoutEscapes.includes("\\") &&
		printableName(Buffer.from(text.replaceAll("\\", ""))) === text.replaceAll("\\", "")
	);
}

/** Compares names by their bytes, so that their order is the same on every computer. */
export const compareNames = (one: string, other: string): number =>
	Buffer.compare(Buffer.from(one), Buffer.from(other));
