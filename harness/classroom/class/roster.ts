import { parse } from "csv-parse/sync";
import { Failure } from "../../base/failure.ts";
import { readThroughLinks } from "../../base/regular-file.ts";
import { harmless, inOneLine, printableName } from "../results/harmless.ts";
import { parseTimeMs } from "./times.ts";

/** Who is in the class: a CSV file with a header. Its first column identifies a person. */

const ROSTER_BYTES_MAX = 4 << 20;
const PEOPLE_MAX = 20_000;
/** Name of the column with the time at which somebody handed in. */
const SUBMITTED = "submitted";

/** One line of the roster. */
export interface Person {
	/** The first column. */
	id: string;
	/** All columns, in lower case: each may be a submission's name, or a part of it. */
	names: string[];
	submittedMs: number | null;
}

/** @throws {Failure} usage: the file cannot be read, or is no such table */
export async function readRoster(file: string): Promise<Person[]> {
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
		throw refuse(`is no CSV: ${harmless((error as Error).message, 200)}`, error);
	}
	const [header, ...lines] = rows;
	if (header === undefined || lines.length === 0) throw refuse("is empty");
	if (lines.length > PEOPLE_MAX) throw refuse(`has more than ${PEOPLE_MAX} lines`);
	const submitted = header.findIndex((column) => column.toLowerCase() === SUBMITTED);
	return lines.map((cells, at) => {
		const time = submitted < 0 ? "" : (cells[submitted] ?? "");
		const submittedMs = time === "" ? null : parseTimeMs(time);
		if (Number.isNaN(submittedMs))
			throw refuse(`has no time with a time zone in line ${at + 2}: ${harmless(time, 40)}`);
		const names = cells.filter((cell, column) => cell !== "" && column !== submitted).map((cell) => cell.toLowerCase());
		return { id: inOneLine(harmless(cells[0] ?? "", 200)), names, submittedMs };
	});
}

/** Finds each submission's owner in the roster, and the people who have no submission. */
export function matched(
	people: readonly Person[],
	submissions: readonly string[],
): { byName: Map<string, Person>; without: Person[] } {
	const byKey = new Map<string, Person | null>();
	// If two people have a name, it identifies neither.
	for (const person of people) for (const key of new Set(person.names)) byKey.set(key, byKey.has(key) ? null : person);
	const found = submissions.flatMap((name) => {
		const keys = [name, ...name.split("_"), name.replaceAll("_", " ")].map((key) => key.toLowerCase());
		const person = keys.map((key) => byKey.get(key)).find((known) => known != null);
		return person === undefined || person === null ? [] : [[name, person] as const];
	});
	const theirs = new Set(found.map(([, person]) => person));
	return { byName: new Map(found), without: people.filter((person) => !theirs.has(person)) };
}

/** The name that a person without a submission has in the report. */
export const nameOf = ({ id }: Person): string => printableName(Buffer.from(id.replaceAll("/", "_"))) || "(no name)";
