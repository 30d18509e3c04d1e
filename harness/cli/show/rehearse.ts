import { Chalk } from "chalk";
import { EXIT, Failure } from "../../base/failure.ts";
import { statusMark } from "../../base/plain.ts";
import { printable } from "../../base/printable.ts";
import { silentProgress, visibleProgress } from "../../base/progress.ts";
import { type Lesson, lessons } from "../../judge/lessons.ts";
import { loadAnyForStage } from "../../live/machine/loaded-demo.ts";
import { findDemo, type OwnDemo } from "../../live/machine/own-demo.ts";
import { type Rehearsal, rehearse } from "../../live/machine/rehearse.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle, printJson } from "../text/terminal.ts";

const SIZE = { columns: 80, rows: 24 };
/** How long one step may take: enough for a busy computer that emulates the processor. */
const STEP_TIMEOUT_MS = 120_000;

/** `drydock demo rehearse`: plays demos and says whether they keep their promises. @returns the exit code */
export async function rehearseDemos(
	id: string | undefined,
	{ all = false, json = false }: { all?: boolean; json?: boolean },
): Promise<number> {
	if (all === (id !== undefined))
		throw new Failure("usage", "name one lesson, or give --all", "npx drydock demo rehearse --all");
	const chosen = id === undefined ? await lessons() : [await findDemo(id)];
	const progress = json ? silentProgress : visibleProgress;
	const machines = new MachinePool(progress);
	const found: Rehearsal[] = [];
	try {
		await machines.makeReady();
		for (const lesson of chosen) {
			const one = await progress.step(`rehearsing ${lesson.id}`, () => rehearseLesson(lesson, machines));
			if (!json) process.stdout.write(rehearsalText(one));
			found.push(one);
		}
	} finally {
		await machines.close();
	}
	if (json) printJson({ schemaVersion: 1, demos: found });
	return found.every(({ holds }) => holds) ? EXIT.passed : EXIT.notPassed;
}

async function rehearseLesson(lesson: Lesson | OwnDemo, machines: MachinePool): Promise<Rehearsal> {
	const openMachine = machines.beginStage.bind(machines);
	return rehearse(await loadAnyForStage(lesson, SIZE, machines), openMachine, STEP_TIMEOUT_MS);
}

function rehearsalText({ lesson, title, holds, steps, problems, backMs }: Rehearsal): string {
	const { color, plain } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const broken = steps.flatMap(({ step, command, promises, output }) => {
		const missed = promises.filter(({ kept }) => !kept);
		if (missed.length === 0) return [];
		const lines = output.split("\n").map((line) => `      ${printable(line)}`);
		return [
			`  step ${step}: ${printable(command)}`,
			...missed.map(({ pattern }) => `    promised, but missing: ${pattern}`),
			"    the output:",
			...lines,
		];
	});
	const slowest = Math.max(...backMs);
	const back = `goes back within ${slowest} ms`;
	// Two steps are played again after going back.
	const count = new Set(steps.map(({ step }) => step)).size;
	const counted = count === 1 ? "1 step" : `${count} steps`;
	const head = `${statusMark(holds ? "holds" : "broken", chalk, plain)} ${lesson} ${title} (${counted}, ${back})`;
	return [head, ...problems.map((problem) => `  ${problem}`), ...broken, ""].join("\n");
}
