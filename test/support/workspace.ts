import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Attempt, EMPTY_RECORD, type LessonRecord, LOGBOOK, type Logbook } from "../../harness/learner/logbook.ts";

/**
 * Makes a workspace in a new directory below `parent`.
 * @param contents the texts of the workspace's other files, by path
 * @returns the workspace's path
 */
export async function workspaceIn(
	parent: string,
	book: Logbook,
	contents: Readonly<Record<string, string>> = {},
): Promise<string> {
	const dir = await mkdtemp(join(parent, "workspace-"));
	for (const [name, text] of Object.entries({ [LOGBOOK]: JSON.stringify(book), ...contents })) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	return dir;
}

/** The contents of a workspace's logbook file. */
export async function bookIn(dir: string): Promise<Logbook> {
	return JSON.parse(await readFile(join(dir, LOGBOOK), "utf8"));
}

/**
 * A logbook with these records, by lesson id. Fields that a record lacks are as in an empty record.
 * @param selected the id of the lesson that the learner selected; null for the first lesson that is not passed
 */
export function logbookWith(records: Record<string, Partial<LessonRecord>>, selected: string | null = null): Logbook {
	const lessons = Object.entries(records).map(([id, record]) => [id, { ...EMPTY_RECORD, ...record }]);
	return { schemaVersion: 2, selected, finished: {}, lessons: Object.fromEntries(lessons) };
}

/** The record of a lesson that was passed. @param judgedBy `lessonKey` at the time of the pass; null if unknown */
export const passedRecord = (judgedBy: string | null = null): Partial<LessonRecord> => ({
	passed: { at: "2026-01-01T00:00:00.000Z", judgedBy, module: null },
	attempts: 2,
	spentMs: 14 * 60_000,
});

/** An attempt that failed. */
export const failedAttempt = (at = "2026-01-01T00:00:00.000Z"): Attempt => ({
	at,
	verdict: "fail",
	findings: [
		{
			fact: "ns.uts",
			what: "the command's UTS namespace",
			diagnosis: "uts-shared",
			try: "Call unshare(CLONE_NEWUTS) first.",
			see: ["uts_namespaces(7)", "unshare(2)"],
		},
	],
});

/** A logbook whose owner has passed the first lesson, which has changed since, and has not yet passed the second. */
export const halfway = (): Logbook =>
	logbookWith({
		"01-process": passedRecord("something else"),
		"02-unshare": { attempts: 3, spentMs: 65 * 60_000, hintsShown: 1, lastAttempt: failedAttempt() },
	});
