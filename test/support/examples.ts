import MarkdownIt, { type Token } from "markdown-it";

/**
 * An example in a lesson's text: a command, and the output that the text shows.
 *
 * In a ```console block, a line that starts with `$ ` is a command, and `> ` continues it. The lines up to the next
 * `$ ` are the output, including standard error. A line `…` stands for any number of lines.
 *
 * The comment `<!-- varies: 4026532151, 54 -->` directly before a block lists texts without blanks that differ in each
 * run. Only a comma followed by a blank separates two texts.
 */
export interface Example {
	/** The line in the text, counted from 1. */
	line: number;
	/** The command without the prompts. */
	typed: string;
	/** The output that the text shows, line by line. */
	shown: string[];
	/** Parts of the output that differ in each run. */
	varies: string[];
}

/** A block of the text that shows the output of `drydock check`. */
export interface ShownReport {
	line: number;
	/** The lesson as it is typed, such as `04`. */
	lesson: string;
	passed: boolean;
	shown: string[];
	varies: string[];
}

const VARIES = /^<!--\s*varies:\s*(.*?)\s*-->\s*$/s;
const CHECK = /^\$ npx drydock check (\S+)(?: --skeleton)?$/;

/** All examples in the ```console blocks, in order. @throws {Error} a block begins with output */
export function consoleExamples(markdown: string): Example[] {
	return codeBlocks(markdown, "console").flatMap(({ line, content, varies }) => {
		const examples: Example[] = [];
		for (const [index, text] of content.entries()) {
			const last = examples.at(-1);
			if (text.startsWith("$ "))
				examples.push({ line: line + index, typed: text.slice(2), shown: [], varies: [...varies] });
			else if (last === undefined) throw new Error(`line ${line + index}: a console block begins with "$ "`);
			else if (/^>( |$)/.test(text) && last.shown.length === 0) last.typed += `\n${text.slice(2)}`;
			else last.shown.push(text);
		}
		return examples;
	});
}

/** The ```text blocks that show the output of `drydock check`. */
export function shownReports(markdown: string): ShownReport[] {
	return codeBlocks(markdown, "text").flatMap(({ line, content: [typed = "", ...shown], varies }) => {
		const lesson = CHECK.exec(typed)?.[1];
		return lesson === undefined ? [] : [{ line, lesson, passed: shown[0]?.startsWith("✓") === true, shown, varies }];
	});
}

/** Texts that a comment lists as varying although its block does not show them. */
export function unusedVaries(markdown: string): string[] {
	return codeBlocks(markdown).flatMap(({ content, varies }) =>
		varies.filter((text) => !content.some((line) => !line.startsWith("$ ") && line.includes(text))),
	);
}

interface CodeBlock {
	/** The number of the block's first content line, counted from 1 in the text. */
	line: number;
	content: string[];
	varies: string[];
}

function codeBlocks(markdown: string, language?: string): CodeBlock[] {
	const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
	return tokens.flatMap((token, index) => {
		if (token.type !== "fence" || (language !== undefined && token.info !== language)) return [];
		const content = token.content.replace(/\n$/, "").split("\n");
		return [{ line: (token.map?.[0] ?? 0) + 2, content, varies: variesOf(tokens[index - 1]) }];
	});
}

function variesOf(before: Token | undefined): string[] {
	const list = before?.type === "html_block" ? VARIES.exec(before.content)?.[1] : undefined;
	return list === undefined ? [] : list.split(/,\s+/).filter(Boolean);
}

const END = "\u001e";

/** A bash(1) session that types all commands in order. In the output, a separator follows each example. */
export function bashSession(examples: readonly Example[]): string {
	// __next returns the exit code of the command before it, because the next command may ask for `$?`.
	const head = `__next() { local code=$?; printf '\\036\\n'; return $code; }`;
	return [head, ...examples.flatMap(({ typed }) => [typed, "__next"])].join("\n");
}

/** What an example printed. */
export interface ActualOutput {
	output: string[];
	/** Whether the example's command ended. If not, the session ended before it. */
	ended: boolean;
}

/** Splits the output of a session into that of each example. Examples that were never reached are missing. */
export function outputsOf(session: string): ActualOutput[] {
	const parts = session.split(`${END}\n`);
	const last = parts.pop() ?? "";
	const actual = parts.map((output) => ({ output: linesOf(output), ended: true }));
	return [...actual, { output: linesOf(last), ended: false }];
}

function linesOf(text: string): string[] {
	const lines = text.replace(/\n$/, "").split("\n");
	return lines.length === 1 && lines[0] === "" ? [] : lines;
}

const GAP = "…";

/** A line or word that is shown, or null for any number of lines or words. */
type ExpectedPiece = { text: string; fits: (actual: string) => boolean } | null;

/**
 * Compares the shown lines with the actual output.
 * @returns null if they match; otherwise all lines, with - before those only shown and + before those only in the
 * output
 */
export function compareLines({ shown, varies }: Pick<Example, "shown" | "varies">, actual: readonly string[]) {
	const piece = (line: string): ExpectedPiece => {
		if (line.trim() === GAP) return null;
		const pattern = patternOf(line, varies);
		return { text: line, fits: (other) => pattern.test(other) };
	};
	return smallestDifference(withoutTrailingBlanks(shown).map(piece), withoutTrailingBlanks(actual), {
		joint: "\n",
		early: false,
	});
}

/**
 * Compares word by word, for a text that is wrapped differently in each run. What is shown may end early.
 * @param drawn values that were drawn for this run; the text may show anything in their place
 */
export function compareWords({ shown, varies }: Pick<Example, "shown" | "varies">, actual: string, drawn: string[]) {
	const piece = (word: string): ExpectedPiece => {
		if (word === GAP) return null;
		const pattern = patternOf(word, varies);
		return { text: word, fits: (other) => pattern.test(other) || patternOf(other, drawn).test(word) };
	};
	return smallestDifference(wordsOf(shown.join("\n")).map(piece), wordsOf(actual), { joint: " ", early: true });
}

const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

// If values vary, column widths vary, too. So if a block has such values, any number of blanks fits any other.
function patternOf(text: string, varies: readonly string[]): RegExp {
	const longestFirst = varies.filter(Boolean).toSorted((a, b) => b.length - a.length);
	const parts = longestFirst.length === 0 ? [text] : text.split(new RegExp(`(${longestFirst.map(escaped).join("|")})`));
	const blanks = varies.length === 0 ? (part: string) => part : (part: string) => part.replaceAll(/\s+/g, "\\s+");
	const pattern = parts.map((part, index) => (index % 2 === 1 ? "\\S+" : blanks(escaped(part)))).join("");
	return new RegExp(`^${pattern.replace(/^\\s\+/, "\\s*")}$`);
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

// Removes what cannot be seen: blanks at the end of lines, and empty lines at the end. Also removes the line number in
// an error of bash, which depends on the test's own script.
function withoutTrailingBlanks(lines: readonly string[]): string[] {
	const kept = lines.map((line) => line.trimEnd().replace(/^(\S*bash): line \d+: /, "$1: "));
	while (kept.at(-1) === "") kept.pop();
	return kept;
}

/**
 * The smallest difference between pieces and output, as a text; null if there is none.
 * @param options.joint what separates two pieces in that text
 * @param options.early whether the pieces may end before the output
 */
function smallestDifference(
	pieces: readonly ExpectedPiece[],
	actual: readonly string[],
	{ joint, early }: { joint: string; early: boolean },
): string | null {
	// cost[i][j]: the number of differences between the pieces from i on and the output from j on.
	const cost = Array.from({ length: pieces.length + 1 }, () => new Array<number>(actual.length + 1).fill(0));
	const at = (i: number, j: number) => cost[i]?.[j] ?? Number.POSITIVE_INFINITY;
	const fits = (i: number, j: number) => pieces[i]?.fits(actual[j] ?? "") === true;
	for (let i = pieces.length; i >= 0; i--)
		for (let j = actual.length; j >= 0; j--) {
			const row = cost[i];
			if (row === undefined) continue;
			if (i === pieces.length) row[j] = early ? 0 : actual.length - j;
			else if (pieces[i] === null) row[j] = Math.min(at(i + 1, j), at(i, j + 1));
			else if (j < actual.length && fits(i, j)) row[j] = at(i + 1, j + 1);
			else row[j] = 1 + Math.min(at(i + 1, j), at(i, j + 1));
		}
	if (at(0, 0) === 0) return null;

	const lines: [mark: string, text: string][] = [];
	let [i, j] = [0, 0];
	while (i < pieces.length || (j < actual.length && !early)) {
		const piece = pieces[i];
		const text = actual[j] ?? "";
		if (piece === null && at(i, j) < at(i + 1, j)) j++;
		else if (piece === null) {
			lines.push([" ", GAP]);
			i++;
		} else if (j < actual.length && fits(i, j)) {
			lines.push([" ", text]);
			i++;
			j++;
		} else if (piece !== undefined && at(i, j) === 1 + at(i + 1, j)) {
			lines.push(["-", piece.text]);
			i++;
		} else {
			lines.push(["+", text]);
			j++;
		}
	}
	return joined(lines, joint);
}

// Consecutive words with the same mark share a line.
function joined(lines: readonly [mark: string, text: string][], joint: string): string {
	const out: [mark: string, text: string][] = [];
	for (const [mark, text] of lines) {
		const last = out.at(-1);
		if (joint !== "\n" && last?.[0] === mark) last[1] += joint + text;
		else out.push([mark, text]);
	}
	return out.map(([mark, text]) => `${mark} ${text}`.trimEnd()).join("\n");
}
