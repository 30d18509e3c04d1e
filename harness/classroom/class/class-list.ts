import { basename, dirname, resolve } from "node:path";
import type { Lesson } from "../../judge/lessons.ts";
import { compareNames } from "../results/harmless.ts";
import type { Late } from "../results/result.ts";
import { latenessOf } from "../results/scoring.ts";
import { candidatesIn, listed } from "../submissions/candidates.ts";
import type { FolderKind } from "../submissions/folder-kind.ts";
import type { Candidate } from "../submissions/submission.ts";
import { parseTimeMs } from "../submissions/times.ts";
import type { ClassRules } from "./class-file.ts";
import { matched, nameOf, readRoster } from "./roster.ts";

/** Everybody in a class: who has handed in something, and, with a roster, who has not. */
export interface ClassList {
	candidates: Candidate[];
	/**
	 * By a candidate's name: the person's id in the roster (null: not in it), and whether the submission came late
	 * (null: not known).
	 */
	persons: Map<string, { id: string | null; late: Late | null }>;
	/** Messages for the teacher, such as about entries that are not submissions and names that are not in the roster. */
	warnings: string[];
}

/**
 * Lists a class.
 * @throws {Failure} usage: there is nothing to grade, or the roster cannot be read
 */
export async function classList(
	dir: string,
	lessons: readonly Lesson[],
	kind: FolderKind,
	rules: ClassRules,
): Promise<ClassList> {
	const warnings: string[] = [];
	const ownNames = new Set(
		rules.ownFiles.filter((path) => dirname(path) === resolve(dir)).map((path) => basename(path)),
	);
	const found = await candidatesIn(dir, lessons, kind, (warning) => warnings.push(warning), ownNames);
	const people = rules.roster === null ? [] : await readRoster(rules.roster, rules.zone);
	const { byName, without: absentPersons } = matched(
		people,
		found.map(({ name }) => name),
	);
	const strangers = found.filter(({ name }) => people.length > 0 && !byName.has(name));
	if (strangers.length > 0)
		warnings.push(`${listed(strangers.map(({ name }) => name))}: not in the roster, but graded anyway`);
	const handedIn = new Set(found.map(({ name }) => name));
	const taken = new Set(handedIn);
	const absent = absentPersons.flatMap((person) => {
		const name = nameOf(person);
		if (taken.has(name)) {
			warnings.push(
				`${name}: the roster has several lines with this name, and drydock does not know which one counts; keep one`,
			);
			return [];
		}
		taken.add(name);
		byName.set(name, person);
		return [absentCandidate(name)];
	});
	const candidates = [...found, ...absent].sort((one, other) => compareNames(one.name, other.name));
	const persons = candidates.map(({ name, isLate, submitted }) => {
		const person = byName.get(name);
		const namedMs = submitted === null ? Number.NaN : parseTimeMs(submitted, rules.zone);
		const when = { submittedMs: person?.submittedMs ?? (Number.isNaN(namedMs) ? null : namedMs), isLate };
		return [name, { id: person?.id ?? null, late: latenessOf(when, rules.deadlineMs, rules.late) }] as const;
	});
	const withoutTime = persons.filter(([name, { late }]) => late === null && handedIn.has(name)).length;
	if (rules.deadlineMs !== null && withoutTime > 0)
		warnings.push(
			`nobody knows when ${withoutTime === 1 ? "1 submission" : `${withoutTime} submissions`} came, so no points are taken off there; write the times into a column "submitted" of the roster`,
		);
	return { candidates, persons: new Map(persons), warnings };
}

// Somebody in the roster who handed in nothing.
const absentCandidate = (name: string): Candidate => ({
	...{ name, isLate: null, submitted: null },
	open: async () => ({
		name,
		folder: { files: new Map(), refused: new Map(), archives: new Map(), isTruncated: false },
	}),
});
