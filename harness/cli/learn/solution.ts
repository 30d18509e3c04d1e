import { basename } from "node:path";
import { Chalk } from "chalk";
import { createTwoFilesPatch } from "diff";
import { EXIT } from "../../base/failure.ts";
import { readText } from "../../base/kit.ts";
import { shownPath } from "../../base/shown-path.ts";
import { findLesson, type Lesson, solutionOf } from "../../judge/lessons.ts";
import { logbook, recordSolutionShown } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { learnersFile, readLearnersFile } from "../../learner/workspace.ts";
import { confirmed } from "../text/ask.ts";
import { outputStyle, printJson } from "../text/terminal.ts";

export interface SolutionOptions {
	raw?: boolean;
	yes?: boolean;
	json?: boolean;
}

/**
 * `drydock solution`: shows how the reference's module differs from the learner's.
 * @returns the exit code: 1 if the learner answers that they do not want to see it yet
 */
export async function solution(id: string, { raw, yes, json }: SolutionOptions): Promise<number> {
	const lesson = await findLesson(id);
	if (!(await mayBeShown(lesson, yes))) {
		process.stderr.write(`The solution stays hidden. A hint may help you.\n  try: npx drydock hint ${lesson.id}\n`);
		return EXIT.notPassed;
	}
	const file = await learnersFile(lesson);
	const [mine, reference] = await Promise.all([
		readLearnersFile(file).catch(() => null),
		readText(await solutionOf(lesson)),
	]);
	const patch = mine === null ? null : patchOf(file, mine, lesson, reference);
	if (json) printJson({ schemaVersion: 1, lesson: lesson.id, file, solution: reference, diff: patch });
	else if (raw || patch === null) process.stdout.write(reference);
	else if (mine === reference) process.stdout.write("Your module is exactly the same.\n");
	else process.stdout.write(coloured(patch));
	return EXIT.passed;
}

// A learner who has passed the lesson sees the solution at once. Otherwise they are asked first, and the logbook
// notes that they have seen it.
async function mayBeShown(lesson: Lesson, yes: boolean | undefined): Promise<boolean> {
	if (recordOf(await logbook(), lesson).passed !== null) return true;
	const question = `You have not passed ${lesson.id} yet. Show its solution?`;
	const may = await confirmed(question, yes, `npx drydock solution ${lesson.id} --yes`);
	if (may) await recordSolutionShown(lesson);
	return may;
}

function patchOf(file: string, mine: string, { id }: Lesson, reference: string): string {
	const patch = createTwoFilesPatch(shownPath(file), `solutions/${id}/${basename(file)}`, mine, reference, "yours");
	// Leaves out the first line, a rule of "=".
	return patch.slice(patch.indexOf("---"));
}

function coloured(patch: string): string {
	const chalk = new Chalk({ level: outputStyle().color ? 1 : 0 });
	const paint = (line: string) => {
		if (line.startsWith("@@")) return chalk.cyan(line);
		if (/^(---|\+\+\+) /.test(line)) return chalk.bold(line);
		return line.startsWith("-") ? chalk.red(line) : line.startsWith("+") ? chalk.green(line) : line;
	};
	return patch.split("\n").map(paint).join("\n");
}
