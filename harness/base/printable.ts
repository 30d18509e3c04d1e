/**
 * What others have written, made fit to be read in a terminal, in a log, or in a document: it moves no cursor, turns no
 * writing round, hides nothing, and gives no command to the program that keeps the log.
 */

// By Unicode's own classes, so that no list has to know each character: control and format characters, private use, halves of
// a pair, characters that are none, and all that is shown as nothing at all.
const CONTROLS = String.raw`(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]`;
// Two joiners and two selectors are parts of words and of emojis, but only right after them.
const JOINED = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]|(?!\p{Script=Latin})[\p{L}\p{M}])[\u200c\u200d]`;
const SELECTED = String.raw`(?<=[\p{Emoji}\p{Extended_Pictographic}])[\ufe0e\ufe0f]`;
const HARMFUL = new RegExp(`(?!${JOINED}|${SELECTED})${CONTROLS}`, "gu");

/** So many marks upon one letter are writing in some language; more of them cover the lines around. */
const PILED_UP = /(\p{M}{6})\p{M}+/gu;

/** A text that does nothing but be read. */
export function printable(text: string): string {
	// As it is nearly always.
	if (/^[\n\t -"$-9;-~]*$/.test(text)) return text;
	const still = text.replaceAll("\r\n", "\n").replaceAll(HARMFUL, "�").replaceAll(PILED_UP, "$1�");
	return withoutCommands(still);
}

/** The same of every text in a document, such as a verdict. */
export function allPrintable<T>(document: T): T {
	if (typeof document === "string") return printable(document) as T;
	if (Array.isArray(document)) return document.map(allPrintable) as T;
	if (typeof document !== "object" || document === null) return document;
	return Object.fromEntries(
		Object.entries(document).map(([name, value]) => [printable(name), allPrintable(value)]),
	) as T;
}

// What the programs that run jobs take out of a job's log and obey: "::error::" and the like at the beginning of a line
// (GitHub, Gitea, Forgejo), "##[group]", "##vso[…]" and "##teamcity[…]" anywhere, and a section's marks (GitLab, Travis).
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line may begin in colour
const AT_THE_BEGINNING = /^((?:[^\S\n\r\u2028\u2029]|\u001b\[[\d;]*m)*):(?=:)/gm;
const ANYWHERE = /##(?=[\w.-]*\[)/g;
const SECTIONS = /(section_(?:start|end)|travis_(?:fold|time)):(?=\w)/g;

/** Lines of which no program that runs jobs takes one for a command. For whole lines; for pieces there is {@link Pieces}. */
export function withoutCommands(lines: string): string {
	return lines.replaceAll(AT_THE_BEGINNING, "$1: ").replaceAll(ANYWHERE, "# #").replaceAll(SECTIONS, "$1 :");
}

/** The same of lines that are written in pieces, wherever they are cut: what has been written of a line is remembered. */
export class Pieces {
	/** Of the line that has no end yet: what matters of it. */
	#line = "";

	withoutCommands(piece: string): string {
		const whole = withoutCommands(this.#line + piece);
		// Of what is written nothing can be changed any more: then a space parts the command where the piece begins.
		const said = whole.startsWith(this.#line) ? whole.slice(this.#line.length) : ` ${withoutCommands(piece)}`;
		const line = (this.#line + said).split(/[\n\r\u2028\u2029]/).at(-1) as string;
		const begun = line.replace(BLANK, "").replace(CUT_COLOUR, "\u001b[");
		this.#line = begun.length <= REMEMBERED ? begun : `…${begun.slice(-REMEMBERED)}`;
		return said;
	}
}

/** More than the longest command's name has. */
const REMEMBERED = 64;
// What changes nothing for what follows: colours and blanks at a line's beginning, and the numbers of a colour that is cut.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const BLANK = /^(?:\s|\u001b\[[\d;]*m)+/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CUT_COLOUR = /^\u001b\[[\d;]+$/;
