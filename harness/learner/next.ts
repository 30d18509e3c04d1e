import { type Lesson, lessons } from "../judge/lessons.ts";
import { type LessonRecord, type Logbook, recordOf } from "./logbook.ts";
import type { After } from "./tracks.ts";

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
 * @param after what comes after the lesson, once it has passed
 */
export function nextCommand({ id }: Lesson, { passed, lastAttempt, attempts }: LessonRecord, after: After): string {
	if (passed !== null && lastAttempt?.verdict === "fail") return `npx drydock check ${id}`;
	if (passed !== null) return COMMAND_FOR[after];
	if (lastAttempt === null) return `npx drydock read ${id}`;
	return attempts < ATTEMPTS_BEFORE_HINT ? `npx drydock check ${id}` : `npx drydock hint ${id}`;
}

/** The command that plays the finish of the current lesson's track, or of the track whose number follows. */
export const FINISH_COMMAND = "npx drydock finish";

const COMMAND_FOR: Record<After, string> = {
	"next lesson": "npx drydock next",
	finish: FINISH_COMMAND,
	"own engine": "npx drydock box",
	nothing: "npx drydock list",
};
