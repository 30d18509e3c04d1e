import { EXIT } from "../../base/failure.ts";
import { visible } from "../../base/progress.ts";
import { lessons, loadCheck } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { learnersFile, makeWorkspace, needWritable, workspaceDir } from "../../learner/workspace.ts";
import { installMissing } from "../../vm/setup.ts";
import { Shipyard } from "../../vm/shipyard.ts";
import { style } from "../text/terminal.ts";
import { list } from "./list.ts";

/**
 * `drydock start`, which `npm start` runs: sets up what is missing, then shows where the learner is.
 * @returns the exit code: 0 when the set-up succeeded, whatever the verdict
 */
export async function start({ onlySetup, forTests }: { onlySetup?: boolean; forTests?: boolean }): Promise<number> {
	// Fails before minutes of work, and not after them.
	if (!onlySetup) await needWritable(await workspaceDir());
	await installMissing({ testing: forTests === true });
	const yard = new Shipyard(visible);
	try {
		await yard.imageKey();
		if (!onlySetup) await showWhereYouAre(yard);
	} finally {
		await yard.close();
	}
	return EXIT.passed;
}

async function showWhereYouAre(yard: Shipyard): Promise<void> {
	yard.prepare();
	await makeWorkspace(await workspaceDir());
	if ((await lessons()).length === 0) return;
	const lesson = await currentLesson();
	const [{ judge }, { report }] = await Promise.all([import("../../judge/judge.ts"), import("../../judge/report.ts")]);
	const file = await learnersFile(lesson);
	const verdict = await judge(lesson, file, yard);
	const { learnt } = await loadCheck(lesson);
	process.stdout.write(`\n${await report(verdict, lesson.title, learnt, style())}\n`);
	await list({});
}
