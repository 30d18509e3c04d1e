/**
 * Makes other people's text safe to show in a terminal, in a log or in a document. The result does not move the cursor,
 * reverse the direction of writing, hide anything, or give a command to the program that keeps the log.
 */

// Unicode's classes, so that no list has to name each character: control and format characters, private use, lone
// surrogates, separators of lines and paragraphs, noncharacters, and everything that is shown as nothing.
const CONTROLS = String.raw`(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]`;
// Two joiners and two variation selectors are parts of words and emojis. So a joiner is allowed right after an emoji or
// a letter that is not Latin, and a variation selector right after an emoji.
const JOINED = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]|(?!\p{Script=Latin})[\p{L}\p{M}])[\u200c\u200d]`;
const SELECTED = String.raw`(?<=[\p{Emoji}\p{Extended_Pictographic}])[\ufe0e\ufe0f]`;
const HARMFUL = new RegExp(`(?!${JOINED}|${SELECTED})${CONTROLS}`, "gu");

/** Some languages put up to six marks on one letter. More marks would cover the lines above and below. */
const PILED_UP = /(\p{M}{6})\p{M}+/gu;

/** Returns the text without harmful characters and without commands for a CI system. */
export function printable(text: string): string {
	// Nearly every text is harmless.
	if (/^[\n\t -"$-9;-~]*$/.test(text)) return text;
	const withoutControls = text.replaceAll("\r\n", "\n").replaceAll(HARMFUL, "�").replaceAll(PILED_UP, "$1�");
	return withoutLogCommands(withoutControls);
}

/** Applies {@link printable} to every text in a document, such as a verdict. */
export function allPrintable<T>(document: T): T {
	if (typeof document === "string") return printable(document) as T;
	if (Array.isArray(document)) return document.map(allPrintable) as T;
	if (typeof document !== "object" || document === null) return document;
	return Object.fromEntries(
		Object.entries(document).map(([name, value]) => [printable(name), allPrintable(value)]),
	) as T;
}

// Commands that CI systems find in a job's log and execute: "::error::" and the like at the beginning of a line
// (GitHub, Gitea, Forgejo), "##[group]", "##vso[…]" and "##teamcity[…]" anywhere, and marks of sections (GitLab,
// Travis).
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line may begin in colour
const AT_THE_BEGINNING = /^((?:[^\S\n\r\u2028\u2029]|\u001b\[[\d;]*m)*):(?=:)/gm;
const ANYWHERE = /##(?=[\w.-]*\[)/g;
const SECTIONS = /(section_(?:start|end)|travis_(?:fold|time)):(?=\w)/g;

/**
 * Changes lines so that no CI system takes one for a command. For whole lines; for pieces of lines see
 * {@link LogCommandRemover}.
 */
export function withoutLogCommands(lines: string): string {
	return lines.replaceAll(AT_THE_BEGINNING, "$1: ").replaceAll(ANYWHERE, "# #").replaceAll(SECTIONS, "$1 :");
}

/**
 * Does the same as {@link withoutLogCommands} for lines that are written in pieces. A piece may begin and end anywhere
 * in a line, so this object remembers what was written of the unfinished line.
 */
export class LogCommandRemover {
	/** The characters of the unfinished line in which a command may have begun. */
	#line = "";

	remove(piece: string): string {
		const whole = withoutLogCommands(this.#line + piece);
		// What was written cannot be changed. If a command began there, a space at the beginning of this piece breaks it.
		const harmless = whole.startsWith(this.#line) ? whole.slice(this.#line.length) : ` ${withoutLogCommands(piece)}`;
		const line = (this.#line + harmless).split(/[\n\r\u2028\u2029]/).at(-1) as string;
		const begun = line.replace(BLANK, "").replace(CUT_COLOUR, "\u001b[");
		this.#line = begun.length <= REMEMBERED ? begun : `…${begun.slice(-REMEMBERED)}`;
		return harmless;
	}
}

/** How many characters are remembered: more than the longest name of a command has. */
const REMEMBERED = 64;
// What need not be remembered: colours and blanks at the beginning of a line, and the numbers of a colour code that is
// cut.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const BLANK = /^(?:\s|\u001b\[[\d;]*m)+/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CUT_COLOUR = /^\u001b\[[\d;]+$/;
