import { parse } from "csv-parse/sync";
import { Failure } from "../../base/failure.ts";
import { readThroughLinks } from "../../base/regular-file.ts";
import { harmless, inOneLine, printableName } from "../results/harmless.ts";
import { parseTimeMs } from "../submissions/times.ts";

/**
 * Who is in the class: a CSV file with a header, such as a learning platform's own list. The first column in which no
 * cell is empty and all cells differ identifies a person; the column with the times does not count. If there is no such
 * column, the first column identifies a person.
 */

const ROSTER_BYTES_MAX = 4 << 20;
const PEOPLE_MAX = 20_000;
/** Names of the column with the time of a person's submission: our own, GitHub Classroom's, Moodle's. */
const SUBMITTED = ["submitted", "submission_timestamp", "last modified (submission)"];
/** Texts in that column for a person who has handed in nothing. */
const NEVER = ["", "-"];
/** The first cell of a line that is not a person: Canvas writes the points of each assignment there. */
const POINTS_LINE = "Points Possible";

/** One line of the roster. */
export interface Person {
	/** The cell that identifies the person. */
	id: string;
	/**
	 * In lower case: all cells except the time; and if the id is one such as "Participant 12345", its number, too. Each
	 * may be a submission's name, or a part of it.
	 */
	names: string[];
	/** When the person handed in, in milliseconds since 1970; null if never, or if the roster does not say. */
	submittedMs: number | null;
}

/**
 * Reads a roster.
 * @param zone the time zone of times without one; null: UTC
 * @throws {Failure} usage: the file cannot be read, or is not such a table
 */
export async function readRoster(file: string, zone: string | null = null): Promise<Person[]> {
	const refuse = (why: string, cause?: unknown) =>
		new Failure("usage", `the roster ${file} ${why}`, "a CSV file with a header, such as id,name,submitted", { cause });
	const bytes = await readThroughLinks(file, ROSTER_BYTES_MAX).catch((error: NodeJS.ErrnoException) => {
		throw refuse(`cannot be read: ${error.code ?? error.message}`, error);
	});
	let rows: string[][];
	try {
		rows = parse(bytes, {
			bom: true,
			trim: true,
			skip_empty_lines: true,
			relax_column_count: true,
			to: PEOPLE_MAX + 2,
		});
	} catch (error) {
		throw refuse(`is not CSV: ${harmless((error as Error).message, 200)}`, error);
	}
	const [header, ...all] = rows;
	const lines = all.filter(([first]) => first !== POINTS_LINE);
	if (header === undefined || lines.length === 0) throw refuse("is empty");
	if (lines.length > PEOPLE_MAX) throw refuse(`has more than ${PEOPLE_MAX} lines`);
	const submitted = header.findIndex((column) => SUBMITTED.includes(column.toLowerCase()));
	const isIdentity = (column: number) =>
		column !== submitted && new Set(lines.map((cells) => cells[column] || null)).add(null).size === lines.length + 1;
	const identity = Math.max(
		0,
		header.findIndex((_, column) => isIdentity(column)),
	);
	return lines.map((cells) => {
		const time = submitted < 0 ? "" : (cells[submitted] ?? "");
		const submittedMs = NEVER.includes(time) ? null : parseTimeMs(time, zone ?? "Z");
		if (Number.isNaN(submittedMs))
			throw refuse(`has no time such as 2026-11-30 23:59 in line ${rows.indexOf(cells) + 1}: ${harmless(time, 40)}`);
		const id = inOneLine(harmless(cells[identity] ?? "", 200));
		const names = cells.filter((cell, column) => cell !== "" && column !== submitted);
		// Moodle calls somebody "Participant 12345", and the files of this person "Jane Doe_12345".
		const number = /^\D+ (\d+)$/.exec(id)?.slice(1) ?? [];
		return { id, names: [...names, ...number].map((name) => name.toLowerCase()), submittedMs };
	});
}

/**
 * Finds each submission's owner in the roster, and the people who have no submission.
 * @param submissions the submissions' names
 */
export function matched(
	people: readonly Person[],
	submissions: readonly string[],
): { byName: Map<string, Person>; without: Person[] } {
	const byKey = new Map<string, Person | null>();
	// A name that two people share identifies neither of them.
	for (const person of people) for (const key of new Set(person.names)) byKey.set(key, byKey.has(key) ? null : person);
	const found = submissions.flatMap((name) => {
		const keys = [name, ...name.split("_"), name.replaceAll("_", " ")].map((key) => key.toLowerCase());
		const person = keys.map((key) => byKey.get(key)).find((known) => known != null);
		return person === undefined || person === null ? [] : [[name, person] as const];
	});
	const owners = new Set(found.map(([, person]) => person));
	return { byName: new Map(found), without: people.filter((person) => !owners.has(person)) };
}

/** The name that a person without a submission has in the report. */
export const nameOf = ({ id }: Person): string => printableName(Buffer.from(id.replaceAll("/", "_"))) || "(no name)";
