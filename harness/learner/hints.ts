import { type Lesson, readHints } from "../judge/lessons.ts";
import { logbook, recordHints } from "./course.ts";
import { type LessonRecord, recordOf } from "./logbook.ts";

/** The hints of a lesson, as Markdown, and how far the learner is with them. */
export interface Hints {
	/** The lesson's hints. If the last attempt has not passed, one more hint follows, made from that attempt's report. */
	all: string[];
	/** How many of `all` are the lesson's own. */
	written: number;
	/** How many the learner has seen. */
	shown: number;
	/** How often the lesson's check has judged the learner's module until it first passed: see {@link LessonRecord}. */
	attempts: number;
}

/** @throws {Failure} failed: the lesson has no hints */
export async function hintsFor(lesson: Lesson): Promise<Hints> {
	const [own, book] = await Promise.all([readHints(lesson), logbook()]);
	const record = recordOf(book, lesson);
	const derived = derivedHint(record);
	const all = [...own, ...(derived === null ? [] : [derived])];
	return { all, written: own.length, shown: record.hintsShown, attempts: record.attempts };
}

/**
 * Records that one more hint has been shown. After the last hint, the last is shown again.
 * @returns how many have been shown now
 */
export async function recordNextHint(lesson: Lesson, { all, shown }: Hints): Promise<number> {
	const now = Math.min(shown + 1, all.length);
	await recordHints(lesson, now);
	return now;
}

// A hint made from what a failed attempt's report says about the first difference; null if the last attempt has passed,
// or there was none.
function derivedHint({ lastAttempt }: LessonRecord): string | null {
	const [first] = lastAttempt?.findings ?? [];
	if (first === undefined) return null;
	const see = first.see.length === 0 ? "" : `\n\nTo read: ${first.see.join("; ")}.`;
	return `What differs: ${first.what}.\n\n${first.try}${see}`;
}
