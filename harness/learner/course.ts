import { exists, keyOf } from "../base/cache.ts";
import { lessonKey } from "../base/depends-on.ts";
import { Failure } from "../base/failure.ts";
import type { Verdict } from "../judge/judge.ts";
import { type Lesson, lessons, solutionOf } from "../judge/lessons.ts";
import { type Attempt, type Logbook, type Page, pageOf, readLogbook, updateLogbook, withPage } from "./logbook.ts";
import { learnersOwn } from "./subject.ts";
import { isUntouched, learnersFile, readLearners, workspaceDir } from "./workspace.ts";

/** Of the time between two attempts, what is longer than this was spent on something else. */
const WORK_MS_MAX = 15 * 60_000;

/** What the learner has done so far. @throws {Failure} usage: the logbook is damaged, or a newer drydock's */
export async function logbook(): Promise<Logbook> {
	return readLogbook(await workspaceDir());
}

/** The lessons that have been passed. @throws {Failure} usage: the logbook is damaged, or a newer drydock's */
export async function passedLessons(): Promise<Set<string>> {
	const { lessons } = await logbook();
	return new Set(Object.keys(lessons).filter((id) => lessons[id]?.passed));
}

/**
 * The learner's own modules that have passed and have not been edited since: what has, nobody has judged.
 * @param before of earlier lessons than this one only
 * @returns the learner's file by the reference's, in whose place it can stand
 */
export async function passedModules(before?: Lesson): Promise<Map<string, string>> {
	const [all, passed, edited] = await Promise.all([lessons(), passedLessons(), editedLessons()]);
	const asPassed = all.filter(({ id }) => passed.has(id) && !edited.has(id));
	const earlier = asPassed.filter(({ id }) => before === undefined || id < before.id);
	const pairs = earlier.map(async (lesson) => [await solutionOf(lesson), await learnersFile(lesson)] as const);
	return new Map(await Promise.all(pairs));
}

/**
 * The modules of the learner's that are in their engine while they work on a lesson: its own as it is now, and those
 * that have passed, as they were then.
 * @returns as {@link passedModules}
 * @throws {Failure} usage: their copy is not there
 */
export async function modulesAtWork(lesson: Lesson): Promise<Map<string, string>> {
	return new Map([...(await passedModules()), [await solutionOf(lesson), await learnersOwn(lesson)]]);
}

/** The lessons that are judged by something else since they were passed. */
export function changedLessons(): Promise<Set<string>> {
	return differing(
		({ passed }) => passed?.judgedBy,
		({ id }) => lessonKey(id),
	);
}

/** The lessons whose module is no longer the one that has passed. */
export function editedLessons(): Promise<Set<string>> {
	return differing(({ passed }) => passed?.module, moduleKey);
}

/** Of a module that is no longer the one that has passed. */
export const hasBeenEdited = (id: string): string => `${id} has been edited since it passed`;

// Of what was not noted, nothing is said.
async function differing(
	then: (page: Page) => string | null | undefined,
	now: (lesson: Lesson) => Promise<string | null>,
): Promise<Set<string>> {
	const [all, book] = await Promise.all([lessons(), logbook()]);
	const differs = all.map(async (lesson) => {
		const noted = then(pageOf(book, lesson)) ?? null;
		return noted !== null && noted !== (await now(lesson));
	});
	const flags = await Promise.all(differs);
	return new Set(all.filter((_, index) => flags[index]).map(({ id }) => id));
}

async function moduleKey(lesson: Lesson): Promise<string | null> {
	const text = await readLearners(await learnersFile(lesson)).catch(() => null);
	return text === null ? null : keyOf(text);
}

/** The lesson that was selected; otherwise the first that has not been passed, or the last, when all have. */
export async function currentLesson(): Promise<Lesson> {
	const current = currentOf(await lessons(), await logbook());
	if (current === undefined) throw new Failure("failed", "there are no lessons");
	return current;
}

function currentOf(all: readonly Lesson[], book: Logbook): Lesson | undefined {
	const selected = all.find(({ id }) => id === book.selected);
	return selected ?? all.find((lesson) => pageOf(book, lesson).passed === null) ?? all.at(-1);
}

/** Makes a lesson the current one, until another is selected. @throws {Failure} usage: there is no workspace */
export async function selectLesson({ id }: Lesson): Promise<void> {
	if (!(await change((book) => ({ ...book, selected: id }))))
		throw new Failure("usage", "there is no workspace yet to note that in", "npx drydock init");
}

/** Attempts after which the reference's calls give away nothing any more that was not looked for. */
const REAL_ATTEMPTS = 3;

/** Whether the learner has earnestly tried: the module is not the skeleton, and has been judged a few times. */
export async function hasTried(lesson: Lesson): Promise<boolean> {
	return pageOf(await logbook(), lesson).attempts >= REAL_ATTEMPTS && !(await isUntouched(lesson));
}

/** What the last judgement of the learner's module of this lesson said; null when there was none. */
export async function lastAttempt(lesson: Lesson): Promise<Attempt | null> {
	return pageOf(await logbook(), lesson).lastAttempt;
}

/** Notes what was said of the learner's module. Without a workspace, nothing is noted. */
export async function recordAttempt(lesson: Lesson, verdict: Pick<Verdict, "verdict" | "findings">): Promise<void> {
	const [judged, all, module] = await Promise.all([lessonKey(lesson.id), lessons(), moduleKey(lesson)]);
	await change((book) => {
		const at = new Date().toISOString();
		const page = pageOf(book, lesson);
		const passes = verdict.verdict === "pass";
		const findings = verdict.findings.map(({ fact, what, diagnosis, try: advice, see }) => {
			return { fact, what, diagnosis, try: advice, see };
		});
		const first = page.passed === null;
		// Who passes stays there until they say where to go: a check never moves on.
		const stays = passes && currentOf(all, book)?.id === lesson.id;
		return withPage(stays ? { ...book, selected: lesson.id } : book, lesson, {
			passed: passes ? { at: page.passed?.at ?? at, judgedBy: judged, module } : page.passed,
			attempts: page.attempts + (first ? 1 : 0),
			spentMs: page.spentMs + (first ? sinceLastAttemptMs(book, at) : 0),
			lastAttempt: { at, verdict: passes ? "pass" : "fail", findings },
		});
	});
}

/** Notes that this many of a lesson's hints have been shown. */
export async function recordHints(lesson: Lesson, shown: number): Promise<void> {
	await change((book) => withPage(book, lesson, { hintsShown: Math.max(shown, pageOf(book, lesson).hintsShown) }));
}

/** Notes that the learner has looked at the solution of a lesson that they have not passed. */
export async function recordSolutionShown(lesson: Lesson): Promise<void> {
	const at = new Date().toISOString();
	await change((book) => withPage(book, lesson, { solutionShownAt: pageOf(book, lesson).solutionShownAt ?? at }));
}

function sinceLastAttemptMs({ lessons }: Logbook, at: string): number {
	const times = Object.values(lessons).flatMap(({ lastAttempt }) => lastAttempt?.at ?? []);
	if (times.length === 0) return 0;
	const sinceMs = Date.parse(at) - Math.max(...times.map((time) => Date.parse(time)));
	// A clock that was set back makes no time negative.
	return Math.min(Math.max(sinceMs, 0), WORK_MS_MAX);
}

// Whether there was a workspace to note it in.
async function change(update: (book: Logbook) => Logbook): Promise<boolean> {
	const dir = await workspaceDir();
	if (!(await exists(dir))) return false;
	await updateLogbook(dir, update);
	return true;
}
