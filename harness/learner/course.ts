import { exists, hashOf } from "../base/cache.ts";
import { lessonKey } from "../base/depends-on.ts";
import { Failure } from "../base/failure.ts";
import type { Verdict } from "../judge/judge.ts";
import { type Lesson, lessons, solutionOf } from "../judge/lessons.ts";
import {
	type Attempt,
	type LessonRecord,
	type Logbook,
	readLogbook,
	recordOf,
	updateLogbook,
	withRecord,
} from "./logbook.ts";
import { existingLearnersFile } from "./module-choice.ts";
import { isUntouched, learnersFile, readLearnersFile, workspaceDir } from "./workspace.ts";

/** Longest time between two attempts that counts as work. Any time beyond this was spent on something else. */
const WORK_MS_MAX = 15 * 60_000;

/** The learner's logbook. @throws {Failure} usage: the logbook is damaged, or was written by a newer drydock */
export async function logbook(): Promise<Logbook> {
	return readLogbook(await workspaceDir());
}

/** The ids of the passed lessons. @throws {Failure} usage: the logbook is damaged, or was written by a newer drydock */
export async function passedLessons(): Promise<Set<string>> {
	const { lessons } = await logbook();
	return new Set(Object.keys(lessons).filter((id) => lessons[id]?.passed));
}

/**
 * The learner's modules that have passed and are unchanged since. A module that was edited after it passed is left out,
 * because nobody has judged the new text.
 * @param before only modules of lessons before this one
 * @returns the learner's file, by the reference module that it replaces
 * @throws {Failure} usage: the learner's copy of such a module does not exist any more
 */
export async function passedModules(before?: Lesson): Promise<Map<string, string>> {
	const [all, passed, edited] = await Promise.all([lessons(), passedLessons(), editedLessons()]);
	const asPassed = all.filter(({ id }) => passed.has(id) && !edited.has(id));
	const earlier = asPassed.filter(({ id }) => before === undefined || id < before.id);
	const pairs = earlier.map(async (lesson) => [await solutionOf(lesson), await existingLearnersFile(lesson)] as const);
	return new Map(await Promise.all(pairs));
}

/**
 * The learner's modules that their engine contains while they work on a lesson: that lesson's module as it is now, and
 * the passed modules that are unchanged since.
 * @returns as {@link passedModules}
 * @throws {Failure} usage: the learner's copy of the lesson's module does not exist
 */
export async function engineModules(lesson: Lesson): Promise<Map<string, string>> {
	return new Map([...(await passedModules()), [await solutionOf(lesson), await existingLearnersFile(lesson)]]);
}

/**
 * The ids of the passed lessons whose {@link lessonKey} has changed since they passed: their check, skeleton or
 * solution, or another file beside these. Changes of the README, the hints and the demo do not count.
 */
export function changedLessons(): Promise<Set<string>> {
	return lessonsThatDiffer(
		({ passed }) => passed?.judgedBy,
		({ id }) => lessonKey(id),
	);
}

/** The ids of the passed lessons whose module the learner has edited since they passed. */
export function editedLessons(): Promise<Set<string>> {
	return lessonsThatDiffer(({ passed }) => passed?.module, moduleKey);
}

/** The message about a module that was edited since it passed. */
export const editedMessage = (id: string): string => `${id} has been edited since it passed`;

// The ids of the lessons whose value in the logbook (`then`) is not their value now. A lesson without a value in the
// logbook is left out.
async function lessonsThatDiffer(
	then: (record: LessonRecord) => string | null | undefined,
	now: (lesson: Lesson) => Promise<string | null>,
): Promise<Set<string>> {
	const [all, book] = await Promise.all([lessons(), logbook()]);
	const differs = all.map(async (lesson) => {
		const noted = then(recordOf(book, lesson)) ?? null;
		return noted !== null && noted !== (await now(lesson));
	});
	const flags = await Promise.all(differs);
	return new Set(all.filter((_, index) => flags[index]).map(({ id }) => id));
}

// The key of the learner's module as it is now; null if the module cannot be read.
async function moduleKey(lesson: Lesson): Promise<string | null> {
	const text = await readLearnersFile(await learnersFile(lesson)).catch(() => null);
	return text === null ? null : hashOf(text);
}

/**
 * The lesson that the learner selected; otherwise the first lesson that has not been passed; if all have, the last
 * lesson.
 */
export async function currentLesson(): Promise<Lesson> {
	const current = currentOf(await lessons(), await logbook());
	if (current === undefined) throw new Failure("failed", "there are no lessons");
	return current;
}

function currentOf(all: readonly Lesson[], book: Logbook): Lesson | undefined {
	const selected = all.find(({ id }) => id === book.selected);
	return selected ?? all.find((lesson) => recordOf(book, lesson).passed === null) ?? all.at(-1);
}

/** Makes a lesson the current one, until another is selected. @throws {Failure} usage: there is no workspace */
export async function selectLesson({ id }: Lesson): Promise<void> {
	if (!(await changeLogbook((book) => ({ ...book, selected: id }))))
		throw new Failure("usage", "there is no workspace yet, so no lesson can be selected", "npx drydock init");
}

/** The result of the last check of the learner's module; null if there was none. */
export async function lastAttempt(lesson: Lesson): Promise<Attempt | null> {
	return recordOf(await logbook(), lesson).lastAttempt;
}

/** Whether a check could judge the module. */
export const wasJudged = ({ verdict }: Pick<Verdict, "verdict">): boolean => verdict === "pass" || verdict === "fail";

/**
 * Records the result of a check of the learner's module. Records nothing if there is no workspace, if the check could
 * not judge the module, or if the module is the unchanged skeleton and has not passed.
 */
export async function recordAttempt(lesson: Lesson, verdict: Pick<Verdict, "verdict" | "findings">): Promise<void> {
	if (!wasJudged(verdict) || (verdict.verdict !== "pass" && (await isUntouched(lesson)))) return;
	const [judgedBy, all, module] = await Promise.all([lessonKey(lesson.id), lessons(), moduleKey(lesson)]);
	await changeLogbook((book) => {
		const at = new Date().toISOString();
		const record = recordOf(book, lesson);
		const passes = verdict.verdict === "pass";
		const findings = verdict.findings.map(({ fact, what, diagnosis, try: advice, see }) => {
			return { fact, what, diagnosis, try: advice, see };
		});
		const notYetPassed = record.passed === null;
		// The current lesson stays the current one after it has passed, until the learner selects another. Without a
		// selection, the next unpassed lesson would become the current one.
		const stays = passes && currentOf(all, book)?.id === lesson.id;
		return withRecord(stays ? { ...book, selected: lesson.id } : book, lesson, {
			passed: passes ? { at: record.passed?.at ?? at, judgedBy, module } : record.passed,
			attempts: record.attempts + (notYetPassed ? 1 : 0),
			spentMs: record.spentMs + (notYetPassed ? sinceLastAttemptMs(book, at) : 0),
			lastAttempt: { at, verdict: passes ? "pass" : "fail", findings },
		});
	});
}

/** Records how many of a lesson's hints have been shown. */
export async function recordHints(lesson: Lesson, shown: number): Promise<void> {
	await changeLogbook((book) =>
		withRecord(book, lesson, { hintsShown: Math.max(shown, recordOf(book, lesson).hintsShown) }),
	);
}

/** Records that the learner has looked at the solution of a lesson that they have not passed. */
export async function recordSolutionShown(lesson: Lesson): Promise<void> {
	const at = new Date().toISOString();
	await changeLogbook((book) =>
		withRecord(book, lesson, { solutionShownAt: recordOf(book, lesson).solutionShownAt ?? at }),
	);
}

/** Records that the learner's own engine has passed the finish of this track. Later passes change nothing. */
export async function recordFinish(track: number): Promise<void> {
	const at = new Date().toISOString();
	await changeLogbook((book) => ({ ...book, finished: { [track]: at, ...book.finished } }));
}

function sinceLastAttemptMs({ lessons }: Logbook, at: string): number {
	const times = Object.values(lessons).flatMap(({ lastAttempt }) => lastAttempt?.at ?? []);
	if (times.length === 0) return 0;
	const sinceMs = Date.parse(at) - Math.max(...times.map((time) => Date.parse(time)));
	// The difference is negative if the clock was set back.
	return Math.min(Math.max(sinceMs, 0), WORK_MS_MAX);
}

// @returns whether there was a workspace whose logbook could be changed
async function changeLogbook(update: (book: Logbook) => Logbook): Promise<boolean> {
	const dir = await workspaceDir();
	if (!(await exists(dir))) return false;
	await updateLogbook(dir, update);
	return true;
}
