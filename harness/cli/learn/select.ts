import { EXIT, Failure } from "../../base/failure.ts";
import { shownPath } from "../../base/shown-path.ts";
import { findLesson, type Lesson, lessons } from "../../judge/lessons.ts";
import { currentLesson, selectLesson } from "../../learner/course.ts";
import { lessonStepsAway } from "../../learner/next.ts";
import { learnersFile } from "../../learner/workspace.ts";
import { printJson } from "../text/terminal.ts";

/**
 * `drydock select`.
 * @param wanted a lesson, or how many lessons on (`+1`) or back (`-1`)
 * @returns the exit code
 */
export async function select(wanted: string, { json }: { json?: boolean }): Promise<number> {
	const lesson = /^[+-]\d+$/.test(wanted) ? await stepsFromHere(Number(wanted)) : await findLesson(wanted);
	await selectLesson(lesson);
	await printCurrentLesson(lesson, json);
	return EXIT.passed;
}

/** Says which lesson is the current one now, and what to do there. */
export async function printCurrentLesson(lesson: Lesson, json: boolean | undefined): Promise<void> {
	const file = await learnersFile(lesson);
	if (json) printJson({ schemaVersion: 1, lesson: { ...lesson, file } });
	else
		process.stdout.write(
			`${lesson.title}\n\nread it    npx drydock read\nedit it    ${shownPath(file)}\ncheck it   npx drydock check\n`,
		);
}

async function stepsFromHere(steps: number): Promise<Lesson> {
	const there = await lessonStepsAway(await currentLesson(), steps);
	if (there !== undefined) return there;
	const all = await lessons();
	const [end, which] = steps < 0 ? [all.at(0), "first"] : [all.at(-1), "last"];
	throw new Failure("usage", `${end?.id} is the ${which} lesson`, "npx drydock list");
}
