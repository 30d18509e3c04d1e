import { EXIT } from "../../base/failure.ts";
import { type Lesson, lessons } from "../../judge/lessons.ts";
import { currentLesson, logbook, selectLesson } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { nextToPass } from "../../learner/next.ts";
import { printJson } from "../text/terminal.ts";
import { printCurrentLesson } from "./select.ts";

/**
 * `drydock next`: makes the next lesson that has not passed the current one.
 * @returns the exit code: 1 if the current lesson has not passed either, unless forced
 */
export async function next({ force, json }: { force?: boolean; json?: boolean }): Promise<number> {
	const [all, book, current] = await Promise.all([lessons(), logbook(), currentLesson()]);
	if (recordOf(book, current).passed === null && !force) return refuse(current, json);
	const lesson = nextToPass(all, book, current);
	if (lesson === undefined) {
		if (json) printJson({ schemaVersion: 1, lesson: null });
		else process.stdout.write("That was the last one: you have passed all other lessons.\n");
		return EXIT.passed;
	}
	await selectLesson(lesson);
	if (!json && lesson.id < current.id) process.stdout.write(`${whyBack(all, current, lesson)}\n\n`);
	await printCurrentLesson(lesson, json);
	return EXIT.passed;
}

function whyBack(all: readonly Lesson[], current: Lesson, { id }: Lesson): string {
	return current.id === all.at(-1)?.id
		? `${current.id} is the last lesson: back to ${id}, which has not passed yet.`
		: `All lessons after ${current.id} have passed: back to ${id}, which has not.`;
}

function refuse({ id }: Lesson, json: boolean | undefined): number {
	if (json) printJson({ schemaVersion: 1, lesson: null, notPassed: id });
	process.stderr.write(
		`${id} has not passed yet.\n  try: npx drydock check ${id}\n  or:  npx drydock next --force, and come back later\n`,
	);
	return EXIT.notPassed;
}
