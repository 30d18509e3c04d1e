import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { EXIT, Failure } from "../../base/failure.ts";
import { readText } from "../../base/kit.ts";
import { shownPath } from "../../base/shown-path.ts";
import { findLesson, skeletonOf } from "../../judge/lessons.ts";
import { moveAside, writeNew } from "../../learner/without-overwriting.ts";
import { learnersFile, readLearnersFile } from "../../learner/workspace.ts";
import { confirmed } from "../text/ask.ts";
import { printJson } from "../text/terminal.ts";

/**
 * `drydock reset`: puts the lesson's skeleton back, and keeps the learner's file beside it.
 * @param ask asks the learner, like `confirmed`; resolves to whether the answer is yes
 * @returns the exit code: 1 if the learner answers no
 */
export async function reset(
	id: string,
	{ yes, json }: { yes?: boolean; json?: boolean },
	ask = (question: string, next: string) => confirmed(question, yes, next),
): Promise<number> {
	const lesson = await findLesson(id);
	const file = await learnersFile(lesson);
	const skeleton = await readText(await skeletonOf(lesson));
	const mine = await readLearnersFile(file).catch(() => null);
	const isReset = mine === skeleton;
	let kept: string | null = null;
	if (!isReset) {
		const question = `Put the skeleton of ${lesson.id} back? Your file is kept beside it.`;
		if (mine !== null && !(await ask(question, `npx drydock reset ${lesson.id} --yes`))) {
			process.stderr.write("Nothing was changed.\n");
			return EXIT.notPassed;
		}
		kept = await moveAsideIfThere(file);
		await mkdir(dirname(file), { recursive: true });
		if (!(await writeNew(file, skeleton))) throw busy(file, kept);
	}
	if (json) printJson({ schemaVersion: 1, lesson: lesson.id, file, kept });
	else if (isReset) process.stdout.write(`${shownPath(file)} is the skeleton already; nothing was changed.\n`);
	else
		process.stdout.write(
			`${shownPath(file)} is the skeleton again.\n${kept === null ? "" : `your file is now ${shownPath(kept)}\n`}`,
		);
	return EXIT.passed;
}

async function moveAsideIfThere(file: string): Promise<string | null> {
	return moveAside(file).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return null;
		throw error;
	});
}

function busy(file: string, kept: string | null): Failure {
	const before = kept === null ? "" : `; your file from before is ${shownPath(kept)}`;
	return new Failure(
		"usage",
		`another program has just written ${shownPath(file)}, so it was not replaced${before}`,
		"close the file in your editor, then reset again",
	);
}
