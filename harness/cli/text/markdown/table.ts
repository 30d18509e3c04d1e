import type { ChalkInstance } from "chalk";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { Style } from "../../../base/text-layout.ts";

const GAP = 2;
/** A column of prose that is narrower than this is tiring to read. */
const PROSE_MIN = 14;

/**
 * The lines of a table. Cells that do not fit are wrapped. In plain text, or if columns would become too narrow to be
 * read, each row becomes a list of its cells.
 * @param rows the first has the columns' names
 */
export function tableLines(rows: readonly string[][], { width, plain }: Style, chalk: ChalkInstance): string[] {
	const [names = []] = rows;
	const widths = columnWidths(rows, width - GAP * (names.length - 1));
	if (plain || widths === null) return asLists(rows, width, chalk);
	const rule = widths.map((columns) => "─".repeat(columns)).join(" ".repeat(GAP));
	const [head = [], ...body] = rows.map((row) => rowLines(row, widths));
	return [...head.map((line) => chalk.bold(line)), chalk.dim(rule), ...body.flat()];
}

/** Column widths that fit into `room` together; null if no widths do. */
function columnWidths(rows: readonly string[][], room: number): number[] | null {
	const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ""));
	const widths = columns.map((cells) => Math.max(...cells.map((cell) => stringWidth(cell))));
	const leastWidths = columns.map((cells, column) => {
		const words = cells.flatMap((cell) => cell.split(" ")).map((word) => stringWidth(word));
		return Math.max(...words, Math.min(PROSE_MIN, widths[column] ?? 0));
	});
	// Narrows the widest column that can still be narrowed, one character at a time.
	while (sum(widths) > room) {
		const narrowable = widths.map((width, column) => (width > (leastWidths[column] ?? 0) ? width : 0));
		const widest = Math.max(...narrowable);
		if (widest === 0) return null;
		widths[narrowable.indexOf(widest)] = widest - 1;
	}
	return widths;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
	const cells = widths.map((width, column) => wrapAnsi(row[column] ?? "", width).split("\n"));
	const height = Math.max(...cells.map((lines) => lines.length));
	return Array.from({ length: height }, (_, line) =>
		cells
			.map((lines, column) => padded(lines[line] ?? "", widths[column] ?? 0))
			.join(" ".repeat(GAP))
			.trimEnd(),
	);
}

function asLists([names = [], ...rows]: readonly string[][], width: number, chalk: ChalkInstance): string[] {
	return rows.flatMap((row, index) => [
		...(index === 0 ? [] : [""]),
		...row.flatMap((cell, column) => {
			const [indent, name] = [column === 0 ? "" : "  ", names[column] ?? ""];
			const text = name === "" ? cell : `${chalk.bold(`${name}:`)} ${cell}`;
			return wrapAnsi(text, width - indent.length)
				.split("\n")
				.map((line) => indent + line);
		}),
	]);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const padded = (text: string, width: number) => text + " ".repeat(Math.max(0, width - stringWidth(text)));
