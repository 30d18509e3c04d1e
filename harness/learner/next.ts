import { type Lesson, lessons } from "../judge/lessons.ts";
import { type LessonRecord, type Logbook, recordOf } from "./logbook.ts";

/** After this many attempts, a hint helps more than another attempt. */
const ATTEMPTS_BEFORE_HINT = 3;

/** The lesson that is `steps` lessons after this one, or before it if negative; undefined when there is none. */
export async function lessonStepsAway({ id }: Lesson, steps: number): Promise<Lesson | undefined> {
	const all = await lessons();
	return all[all.findIndex((lesson) => lesson.id === id) + steps];
}

/**
 * The next lesson to pass: the first unpassed lesson after `current`, or else the first unpassed one before it;
 * undefined when there is none.
 */
export function nextToPass(all: readonly Lesson[], book: Logbook, current: Lesson): Lesson | undefined {
	const index = all.findIndex(({ id }) => id === current.id);
	return [...all.slice(index + 1), ...all.slice(0, index)].find((lesson) => recordOf(book, lesson).passed === null);
}

/**
 * The command that most learners would want to type now.
 * @param completed.track whether the lesson's track has passed and has a finish
 * @param completed.all whether all lessons have passed
 */
export function nextCommand(
	{ id }: Lesson,
	{ passed, lastAttempt, attempts }: LessonRecord,
	completed: { track: boolean; all: boolean },
): string {
	if (passed !== null && lastAttempt?.verdict === "fail") return `npx drydock check ${id}`;
	if (passed !== null) return completed.track ? FINISH : completed.all ? "npx drydock list" : "npx drydock next";
	if (lastAttempt === null) return `npx drydock read ${id}`;
	return attempts < ATTEMPTS_BEFORE_HINT ? `npx drydock check ${id}` : `npx drydock hint ${id}`;
}

/** Plays the whole engine at the end of the current lesson's track. */
export const FINISH = "npx drydock finish";
