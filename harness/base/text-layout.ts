import type { ChalkInstance } from "chalk";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { withoutLogCommands } from "./printable.ts";

/** How a report looks. */
export interface Style {
	/** Columns of the terminal. */
	width: number;
	color: boolean;
	/** For a screen reader: words instead of symbols, nothing side by side, no drawn lines. */
	plain?: boolean;
	/** Whether to write links that a terminal can open. */
	hyperlinks?: boolean;
}

const LABEL_WIDTH = 8;
const ROW_LABEL_WIDTH = 20;
const TAB_WIDTH = 8;
/** The least width of a line's text, however far the line is indented. */
const TEXT_WIDTH_MIN = 12;
/** A longer text is cut off: nobody reads more of it, and wrapping it would take too long. */
const TEXT_CHARS_MAX = 20_000;
/**
 * Many words in a row that have no visible character. wrapAnsi puts them all on one line, and measures this line again for
 * each word, which would take too long.
 */
const INVISIBLE_WORDS = / (?:[\t\p{M}\u200c\u200d]* ){40,}/gu;

/** Lines of text that fit the terminal. */
export class TextLayout {
	readonly #lines: string[] = [];
	readonly #style: Style;
	readonly #chalk: ChalkInstance;

	constructor(style: Style, chalk: ChalkInstance) {
		this.#style = style;
		this.#chalk = chalk;
	}

	line(text = ""): void {
		this.#lines.push(text);
	}

	/** Adds lines without wrapping them. */
	block(text: string): void {
		this.#lines.push(...text.split("\n"));
	}

	paragraph(text: string): void {
		this.block(wrapped(text, this.#style.width, false));
	}

	/** Adds an item of a list. Only an item with the usual indentation has a bullet. */
	item(text: string, indent = 2): void {
		const lines = wrapped(text, this.#style.width - indent - 2, false).split("\n");
		const bullet = this.#style.plain ? "- " : "· ";
		for (const [index, line] of lines.entries())
			this.line(`${" ".repeat(indent)}${index === 0 && indent === 2 ? bullet : "  "}${line}`);
	}

	/** The part of a text that fits the width. For lines that are not the report's own, such as a program's output. */
	clipped(text: string): string {
		const { width } = this.#style;
		let [line, fits, columns] = ["", "", 0];
		for (const { segment } of new Intl.Segmenter().segment(text)) {
			const cell = segment === "\t" ? " ".repeat(TAB_WIDTH - (columns % TAB_WIDTH)) : segment;
			columns += stringWidth(cell);
			if (columns > width) return `${fits}…`;
			line += cell;
			if (columns < width) fits = line;
		}
		return line;
	}

	/** Adds a label, and beside it a text. */
	labelled(label: string, text: string): void {
		const lines = wrapped(text, this.#style.width - LABEL_WIDTH - 2).split("\n");
		for (const [index, line] of lines.entries())
			this.line(`  ${index === 0 ? this.#chalk.dim(label.padEnd(LABEL_WIDTH)) : " ".repeat(LABEL_WIDTH)}${line}`);
	}

	/**
	 * Adds two columns under their headings, side by side; in plain text, the second column below the first. `mark`:
	 * whether this is the row where the columns begin to differ.
	 */
	twoColumns(headings: [string, string], rows: readonly { cells: [string, string]; mark: boolean }[]): void {
		const [left, right] = headings;
		if (this.#style.plain) {
			for (const [index, heading] of headings.entries()) {
				if (index > 0) this.line();
				this.line(heading);
				for (const { cells, mark: isFirstDifference } of rows) {
					if (isFirstDifference) this.line("the first difference:");
					if (cells[index]) this.block(hanging(cells[index], this.#style.width).join("\n"));
				}
			}
			return;
		}
		this.#columnPair(this.#chalk.bold(left), this.#chalk.bold(right), "│");
		for (const { cells, mark: isFirstDifference } of rows)
			this.#columnPair(...cells, isFirstDifference ? this.#chalk.yellow("≠") : "│");
	}

	// A cell that is too long continues on the next line.
	#columnPair(left: string, right: string, between: string): void {
		const width = Math.floor((this.#style.width - 3) / 2);
		const [one, other] = [hanging(left, width), hanging(right, width)];
		for (let row = 0; row < Math.max(one.length, other.length); row++) {
			const cell = one[row] ?? "";
			this.line(`${padded(cell, width)} ${row === 0 ? between : "│"} ${other[row] ?? ""}`.trimEnd());
		}
	}

	/** Adds a label, and beside it two cells of any number of lines. */
	row(label: string, left: string[], right: string[]): void {
		const width = Math.floor((this.#style.width - ROW_LABEL_WIDTH - 2) / 2);
		const cells = [left, right].map((cell) => cell.flatMap((line) => wrapped(line, width).split("\n")));
		const [one = [], other = []] = cells;
		for (let index = 0; index < Math.max(one.length, other.length, 1); index++) {
			const row = [padded(index === 0 ? label : "", ROW_LABEL_WIDTH), padded(one[index] ?? "", width)];
			this.line(`${row.join("")}  ${other[index] ?? ""}`.trimEnd());
		}
	}

	text(): string {
		// Only the joined text shows what is at the beginning of a line.
		return `${withoutLogCommands(this.#lines.join("\n"))}\n`;
	}
}

/** Cuts or pads a text to exactly `width` columns. A character may take two columns, or none. */
export function fitted(text: string, width: number): string {
	let [fits, columns, left] = ["", 0, width];
	// Ends at the first character that does not fit: the rest is not measured.
	for (const { segment } of new Intl.Segmenter().segment(text)) {
		columns += stringWidth(segment);
		if (columns > width) return `${fits}…${" ".repeat(left - 1)}`;
		if (columns < width) [fits, left] = [fits + segment, width - columns];
	}
	return text + " ".repeat(width - columns);
}

// `hard`: whether a word that is longer than the width is broken.
function wrapped(text: string, width: number, hard = true): string {
	const shortened = text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}…`;
	return wrapAnsi(shortened.replaceAll(INVISIBLE_WORDS, " … "), Math.max(TEXT_WIDTH_MIN, width), { hard });
}

const padded = (text: string, width: number) => text + " ".repeat(Math.max(0, width - stringWidth(text)));

// Wraps a line and keeps its indentation, which wrapAnsi would remove.
function hanging(line: string, width: number): string[] {
	const [blanks = ""] = /^ */.exec(line) ?? [];
	const indent = blanks.slice(0, Math.max(0, width - TEXT_WIDTH_MIN));
	const lines = wrapped(line.trimStart(), Math.max(TEXT_WIDTH_MIN, width - indent.length)).split("\n");
	return lines.map((part) => indent + part);
}
