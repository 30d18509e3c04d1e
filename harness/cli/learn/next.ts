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
	if (recordOf(book, current).passed === null && !force) return refuse(current, json);
	const lesson = nextToPass(all, book, current);
	const allTracks = await tracks();
	const after = afterLesson(allTracks, book, current);
	const track = trackOf(allTracks, current);
	if (lesson === undefined && recordOf(book, current).passed === null) return refuseToSkip(current, json);
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

const PLAY_IT = "Now play your whole engine, all your modules together.";

function whyBack(all: readonly Lesson[], current: Lesson, { id }: Lesson): string {
	return current.id === all.at(-1)?.id
		? `${current.id} is the last lesson: back to ${id}, which has not passed yet.`
		: `All lessons after ${current.id} have passed: back to ${id}, which has not.`;
}

function refuse(current: Lesson, json: boolean | undefined): number {
	return notPassed(
		current,
		`${current.id} has not passed yet.\n  try: npx drydock check ${current.id}\n  or:  npx drydock next --force, and come back later\n`,
		json,
	);
}

function refuseToSkip(current: Lesson, json: boolean | undefined): number {
	return notPassed(
		current,
		`${current.id} is the only lesson that has not passed yet.\n  try: npx drydock check ${current.id}\n`,
		json,
	);
}

function notPassed({ id }: Lesson, message: string, json: boolean | undefined): number {
	if (json) printJson({ schemaVersion: 1, lesson: null, notPassed: id });
	process.stderr.write(message);
	return EXIT.notPassed;
}
