import * as v from "valibot";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { inKit, readText } from "../base/kit.ts";
import { type Lesson, lessons } from "../judge/lessons.ts";
import { type Logbook, recordOf } from "./logbook.ts";

/** Lessons that lead to one goal. A track ends with its finish, which plays commands that use the whole engine. */
export interface Track {
	/** Counted from 1. */
	number: number;
	title: string;
	lessons: Lesson[];
	/** Whether the track has a finish. It has none while its last lessons are unwritten. */
	hasFinish: boolean;
}

/** The tracks, with the numbers of their first and last lessons as two digits. */
const Plan = v.array(v.object({ title: v.string(), first: v.string(), last: v.string() }));

/** The tracks of `lessons/tracks.json` that have lessons, in order. */
export async function tracks(): Promise<Track[]> {
	const [plan, all] = await Promise.all([readText(inKit("lessons/tracks.json")), lessons()]);
	const made = v.parse(Plan, JSON.parse(plan)).map(async ({ title, first, last }, index): Promise<Track> => {
		const number = index + 1;
		const own = all.filter(({ id }) => first <= id.slice(0, 2) && id.slice(0, 2) <= last);
		return { number, title, lessons: own, hasFinish: await exists(finishSteps(number)) };
	});
	return (await Promise.all(made)).filter((track) => track.lessons.length > 0);
}

/** Path of the commands that a track's finish plays. */
export const finishSteps = (track: number) => inKit("lessons", `finish-${track}.yaml`);

/** Path of the text that a learner reads after a track's finish has passed. */
export const finishText = (track: number) => inKit("lessons", `finish-${track}.md`);

/** The track of a lesson; undefined if no track has it. */
export function trackOf(all: readonly Track[], { id }: Lesson): Track | undefined {
	return all.find((track) => track.lessons.some((lesson) => lesson.id === id));
}

/** The lesson's track, if the track has a finish and all its lessons have passed; otherwise undefined. */
export function passedTrackOf(all: readonly Track[], book: Logbook, lesson: Lesson): Track | undefined {
	const track = trackOf(all, lesson);
	return track?.hasFinish && lessonsToPass(track, book).length === 0 ? track : undefined;
}

/** What comes after a lesson that has passed. */
export type After = "next lesson" | "finish" | "own engine" | "nothing";

/**
 * What comes after this lesson: the finish of {@link trackToFinish}, if all lessons of that track have passed and the
 * finish has not. Otherwise it is the next lesson that has not passed, in any track. If all have passed, it is the
 * learner's own engine, unless there is no track to finish.
 */
export function afterLesson(all: readonly Track[], book: Logbook, lesson: Lesson): After {
	const toFinish = trackToFinish(all, lesson);
	const track = toFinish && lessonsToPass(toFinish, book).length === 0 ? toFinish : undefined;
	if (track !== undefined && !isFinished(track, book)) return "finish";
	if (all.some((one) => lessonsToPass(one, book).length > 0)) return "next lesson";
	return track === undefined ? "nothing" : "own engine";
}

/** Whether the learner's own engine has passed the track's finish. */
export const isFinished = ({ number }: Track, { finished }: Logbook) => Object.hasOwn(finished, String(number));

/** Whether the lesson's track has a finish, and all of the track's other lessons have passed. */
export function isLastToPass(all: readonly Track[], book: Logbook, lesson: Lesson): boolean {
	const track = trackOf(all, lesson);
	return track?.hasFinish === true && lessonsToPass(track, book).every(({ id }) => id === lesson.id);
}

const lessonsToPass = ({ lessons }: Track, book: Logbook) =>
	lessons.filter((one) => recordOf(book, one).passed === null);

/**
 * The lesson's own track if it has a finish, otherwise the last track before it that has one; undefined if none has.
 */
export function trackToFinish(all: readonly Track[], lesson: Lesson): Track | undefined {
	const own = trackOf(all, lesson)?.number ?? 1;
	return all.findLast(({ number, hasFinish }) => hasFinish && number <= own);
}

/** Finds a track by its number. @throws {Failure} usage: there is none, or it has no finish */
export function findTrack(all: readonly Track[], wanted: string): Track {
	const track = all.find(({ number }) => String(number) === wanted);
	if (track === undefined)
		throw new Failure("usage", `there is no track ${JSON.stringify(wanted)}`, "npx drydock list");
	if (!track.hasFinish) throw new Failure("usage", `track ${track.number} has no finish yet`, "npx drydock list");
	return track;
}
