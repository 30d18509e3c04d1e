import { EXIT } from "../../base/failure.ts";
import { type Lesson, lessons } from "../../judge/lessons.ts";
import { currentLesson, logbook, selectLesson } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { FINISH_COMMAND, nextToPass } from "../../learner/next.ts";
import { afterLesson, trackOf, tracks } from "../../learner/tracks.ts";
import { printJson } from "../text/terminal.ts";
import { printCurrentLesson } from "./select.ts";

/**
 * `drydock next`: selects the next lesson that has not passed.
 * @returns the exit code: 1 if the current lesson has not passed, and --force is not given or no other lesson is left
 */
export async function next({ force, json }: { force?: boolean; json?: boolean }): Promise<number> {
	const [all, book, current] = await Promise.all([lessons(), logbook(), currentLesson()]);
	const hasPassed = recordOf(book, current).passed !== null;
	if (!hasPassed && !force) return refuse(current, "has not passed yet", json, COME_BACK_LATER);
	const lesson = nextToPass(all, book, current);
	const allTracks = await tracks();
	const after = afterLesson(allTracks, book, current);
	const track = trackOf(allTracks, current);
	if (!hasPassed && lesson === undefined) return refuse(current, "is the only lesson that has not passed yet", json);
	if (lesson === undefined) {
		const next = after === "finish" ? FINISH_COMMAND : null;
		if (json) printJson({ schemaVersion: 1, lesson: null, next });
		else process.stdout.write("That was the last one: you have passed all lessons.\n");
		if (!json && next !== null) process.stdout.write(`${PLAY_IT}\n  try: ${next}\n`);
		return EXIT.passed;
	}
	await selectLesson(lesson);
	if (!json && track !== undefined && after === "finish" && trackOf(allTracks, lesson) !== track)
		process.stdout.write(
			`You have passed track ${track.number}. ${PLAY_IT}\n  try: ${FINISH_COMMAND} ${track.number}\n\nOr go on with the next lesson:\n\n`,
		);
	if (!json && lesson.id < current.id) process.stdout.write(`${whyBack(all, current, lesson)}\n\n`);
	await printCurrentLesson(lesson, json);
	return EXIT.passed;
}

const COME_BACK_LATER = "  or:  npx drydock next --force, and come back later\n";
const PLAY_IT = "Now play your whole engine, all your modules together.";

function whyBack(all: readonly Lesson[], current: Lesson, { id }: Lesson): string {
	return current.id === all.at(-1)?.id
		? `${current.id} is the last lesson: back to ${id}, which has not passed yet.`
		: `All lessons after ${current.id} have passed: back to ${id}, which has not.`;
}

function refuse({ id }: Lesson, what: string, json: boolean | undefined, otherwise = ""): number {
	if (json) printJson({ schemaVersion: 1, lesson: null, notPassed: id });
	process.stderr.write(`${id} ${what}.\n  try: npx drydock check ${id}\n${otherwise}`);
	return EXIT.notPassed;
}
