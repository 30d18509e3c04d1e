import { EXIT } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { lessons, loadCheck } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { checkWritable, learnersFile, makeWorkspace, workspaceDir } from "../../learner/workspace.ts";
import { installMissing } from "../../vm/install-missing.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle } from "../text/terminal.ts";
import { list } from "./list.ts";

/**
 * `drydock start`, which `npm start` runs: sets up what is missing, then shows where the learner is.
 * @returns the exit code: 0 when the set-up succeeded, whatever the verdict
 */
export async function start({ onlySetup, forTests }: { onlySetup?: boolean; forTests?: boolean }): Promise<number> {
	// Fails before minutes of work, and not after them.
	if (!onlySetup) await checkWritable(await workspaceDir());
	await installMissing({ testing: forTests === true });
	const machines = new MachinePool(visibleProgress);
	try {
		await machines.makeReady();
		if (!onlySetup) await showWhereYouAre(machines);
	} finally {
		await machines.close();
	}
	return EXIT.passed;
}

async function showWhereYouAre(machines: MachinePool): Promise<void> {
	machines.prepare();
	await makeWorkspace(await workspaceDir());
	if ((await lessons()).length === 0) return;
	const lesson = await currentLesson();
	const [{ judge }, { report }] = await Promise.all([import("../../judge/judge.ts"), import("../../judge/report.ts")]);
	const file = await learnersFile(lesson);
	const verdict = await judge(lesson, file, machines);
	const { lessonSummary } = await loadCheck(lesson);
	process.stdout.write(`\n${await report(verdict, lesson.title, lessonSummary, outputStyle())}\n`);
	await list({});
}
