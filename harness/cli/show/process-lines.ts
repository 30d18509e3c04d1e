import wrapAnsi from "wrap-ansi";
import { printable } from "../../base/printable.ts";
import type { Past } from "../../live/views/past.ts";
import { type ProcessesPicture, type ProcessRow, processesOf } from "../../live/views/processes.ts";
import { marksOf } from "../../live/views/processes-in-words.ts";

/** A few lines about the processes. */
export interface ProcessLines {
	/** What has just changed, wrapped; empty if nothing has. */
	change: string[];
	/**
	 * One line for each of the most notable processes, with its pid on the host and inside the container. If the
	 * picture shows several processes as one, their line has the first pid, and how many they are.
	 */
	rows: string[];
}

/**
 * Describes the processes at the last moment of `past`.
 * @param columns width of a line of `change`
 * @param rowsMax maximum number of lines in `change` and `rows` together
 */
export function processLines(past: Past, columns: number, rowsMax: number): ProcessLines {
	const picture = processesOf(past);
	const text = picture.latestChange === "" ? "" : `● ${picture.latestChange}`;
	const change = text === "" ? [] : wrapAnsi(printable(text), columns).split("\n").slice(0, rowsMax);
	const room = rowsMax - change.length;
	const shown = mostNotable(picture, room);
	return { change, rows: shown.map((row) => lineOf(row, shown)) };
}

// The most notable rows, in the order of the tree.
function mostNotable({ rows, changedRow }: ProcessesPicture, rowsMax: number): ProcessRow[] {
	const weight = (row: ProcessRow) =>
		(row.key === changedRow ? 8 : 0) +
		(row.zombie || row.lostParent !== null || row.isDeaf ? 4 : 0) +
		(row.isPid1 && row.level > 0 ? 3 : 0) +
		(row.level > 0 ? 2 : 0) +
		(row.change !== null ? 1 : 0);
	const chosen = rows.toSorted((one, other) => weight(other) - weight(one)).slice(0, Math.max(0, rowsMax));
	return rows.filter((row) => chosen.includes(row) && (weight(row) > 0 || row.isShell));
}

function lineOf(row: ProcessRow, shown: readonly ProcessRow[]): string {
	const inner = row.innerPids.at(-1);
	const numbers = `${String(row.pids[0]).padStart(7)} on the host ${(inner === undefined ? "" : `${inner} inside`).padStart(9)}`;
	const leastDepth = Math.min(...shown.map(({ depth }) => depth));
	const depth = Math.min(row.depth - leastDepth, 8);
	const many = row.pids.length > 1 ? ` × ${row.pids.length}` : "";
	const marks = marksOf(row);
	const text = `${"  ".repeat(depth)}${row.name}${many}${marks.length === 0 ? "" : `: ${marks.join(", ")}`}`;
	return printable(`${numbers}   ${text}`);
}
