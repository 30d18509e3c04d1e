import MarkdownIt, { type Token } from "markdown-it";

/**
 * The examples in a lesson's text: what is typed, and what is shown as its output.
 *
 * In a ```console block, lines that start with `$ ` are typed, `> ` continues them, and all up to the next `$ ` is the
 * output, standard error included. A line `…` stands for any number of lines. The comment
 * `<!-- varies: 4026532151, 54 -->` directly before a block names what is another text in each run, without blanks; a
 * comma without a blank after it is part of a text.
 */
export interface Example {
	/** Of the text, counted from 1. */
	line: number;
	/** Without the prompts. */
	typed: string;
	shown: string[];
	varies: string[];
}

/** A block of the text that shows a report of `drydock check`. */
export interface ShownReport {
	line: number;
	/** As it is typed: `04`. */
	lesson: string;
	passed: boolean;
	shown: string[];
	varies: string[];
}

const VARIES = /^<!--\s*varies:\s*(.*?)\s*-->\s*$/s;
const CHECK = /^\$ npx drydock check (\S+)$/;

/** All that the ```console blocks show, in order. @throws {Error} a block that begins with output */
export function consoleExamples(markdown: string): Example[] {
	return fences(markdown, "console").flatMap(({ line, content, varies }) => {
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

/** The ```text blocks that show what `drydock check` says. */
export function shownReports(markdown: string): ShownReport[] {
	return fences(markdown, "text").flatMap(({ line, content: [typed = "", ...shown], varies }) => {
		const lesson = CHECK.exec(typed)?.[1];
		return lesson === undefined ? [] : [{ line, lesson, passed: shown[0]?.startsWith("✓") === true, shown, varies }];
	});
}

/** The texts that comments say to vary, and that their blocks do not show. */
export function unusedVaries(markdown: string): string[] {
	return fences(markdown).flatMap(({ content, varies }) =>
		varies.filter((text) => !content.some((line) => !line.startsWith("$ ") && line.includes(text))),
	);
}

interface Fence {
	/** Of its first line of content. */
	line: number;
	content: string[];
	varies: string[];
}

function fences(markdown: string, language?: string): Fence[] {
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

/** One session of bash(1) in which all is typed in order, and each example's end is marked in the output. */
export function sessionOf(examples: readonly Example[]): string {
	// The exit code goes on to the next command, which may ask for it.
	const head = `__next() { local code=$?; printf '\\036\\n'; return $code; }`;
	return [head, ...examples.flatMap(({ typed }) => [typed, "__next"])].join("\n");
}

/** What came of an example: its output, and whether the session went on after it. */
export interface Came {
	output: string[];
	ended: boolean;
}

/** The output of each example, from the session's; undefined for those that were never reached. */
export function outputsOf(session: string): Came[] {
	const parts = session.split(`${END}\n`);
	const last = parts.pop() ?? "";
	const came = parts.map((output) => ({ output: linesOf(output), ended: true }));
	return [...came, { output: linesOf(last), ended: false }];
}

function linesOf(text: string): string[] {
	const lines = text.replace(/\n$/, "").split("\n");
	return lines.length === 1 && lines[0] === "" ? [] : lines;
}

const GAP = "…";

/** One piece of what is shown, or null for any number of anything. */
type Piece = { text: string; fits: (came: string) => boolean } | null;

/**
 * Sets what is shown line by line beside what came.
 * @returns null when it fits; otherwise both, with - before lines that are shown and + before lines that came
 */
export function compareLines({ shown, varies }: Pick<Example, "shown" | "varies">, came: readonly string[]) {
	const piece = (line: string): Piece => {
		if (line.trim() === GAP) return null;
		const pattern = patternOf(line, varies);
		return { text: line, fits: (other) => pattern.test(other) };
	};
	return difference(trimmed(shown).map(piece), trimmed(came), { joint: "\n", early: false });
}

/**
 * The same word by word, for a text that is wrapped anew each time. What is shown may end early.
 * @param drawn what is drawn anew for each run, as it came; in its place, anything may be shown
 */
export function compareWords({ shown, varies }: Pick<Example, "shown" | "varies">, came: string, drawn: string[]) {
	const piece = (word: string): Piece => {
		if (word === GAP) return null;
		const pattern = patternOf(word, varies);
		return { text: word, fits: (other) => pattern.test(other) || patternOf(other, drawn).test(word) };
	};
	return difference(wordsOf(shown.join("\n")).map(piece), wordsOf(came), { joint: " ", early: true });
}

const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

// Where values vary, so do the widths of columns. Which line of its input a shell complains about is the test's doing.
function patternOf(text: string, varies: readonly string[]): RegExp {
	const longestFirst = varies.filter(Boolean).toSorted((a, b) => b.length - a.length);
	const parts = longestFirst.length === 0 ? [text] : text.split(new RegExp(`(${longestFirst.map(escaped).join("|")})`));
	const blanks = varies.length === 0 ? (part: string) => part : (part: string) => part.replaceAll(/\s+/g, "\\s+");
	const pattern = parts.map((part, index) => (index % 2 === 1 ? "\\S+" : blanks(escaped(part)))).join("");
	return new RegExp(`^${pattern.replace(/^\\s\+/, "\\s*")}$`);
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

// Blanks at a line's end cannot be seen, nor can empty lines at the end.
function trimmed(lines: readonly string[]): string[] {
	const kept = lines.map((line) => line.trimEnd().replace(/^(\S*bash): line \d+: /, "$1: "));
	while (kept.at(-1) === "") kept.pop();
	return kept;
}

/** The cheapest way from the pieces to what came, as a text; null when nothing differs. */
function difference(
	pieces: readonly Piece[],
	came: readonly string[],
	{ joint, early }: { joint: string; early: boolean },
): string | null {
	// cost[i][j]: how many pieces and lines differ from piece i and line j on.
	const cost = Array.from({ length: pieces.length + 1 }, () => new Array<number>(came.length + 1).fill(0));
	const at = (i: number, j: number) => cost[i]?.[j] ?? Number.POSITIVE_INFINITY;
	const fits = (i: number, j: number) => pieces[i]?.fits(came[j] ?? "") === true;
	for (let i = pieces.length; i >= 0; i--)
		for (let j = came.length; j >= 0; j--) {
			const row = cost[i];
			if (row === undefined) continue;
			if (i === pieces.length) row[j] = early ? 0 : came.length - j;
			else if (pieces[i] === null) row[j] = Math.min(at(i + 1, j), at(i, j + 1));
			else if (j < came.length && fits(i, j)) row[j] = at(i + 1, j + 1);
			else row[j] = 1 + Math.min(at(i + 1, j), at(i, j + 1));
		}
	if (at(0, 0) === 0) return null;

	const lines: [mark: string, text: string][] = [];
	let [i, j] = [0, 0];
	while (i < pieces.length || (j < came.length && !early)) {
		const piece = pieces[i];
		const text = came[j] ?? "";
		if (piece === null && at(i, j) < at(i + 1, j)) j++;
		else if (piece === null) {
			lines.push([" ", GAP]);
			i++;
		} else if (j < came.length && fits(i, j)) {
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

// Words of one kind that follow each other share a line.
function joined(lines: readonly [mark: string, text: string][], joint: string): string {
	const out: [mark: string, text: string][] = [];
	for (const [mark, text] of lines) {
		const last = out.at(-1);
		if (joint !== "\n" && last?.[0] === mark) last[1] += joint + text;
		else out.push([mark, text]);
	}
	return out.map(([mark, text]) => `${mark} ${text}`.trimEnd()).join("\n");
}
