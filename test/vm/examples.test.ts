import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { filesOf } from "../../harness/cli/session/shell.ts";
import { boxProgram, installBox } from "../../harness/engine/engine.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson, loadCheck, readLesson, solutionOf } from "../../harness/judge/lessons.ts";
import { report } from "../../harness/judge/report.ts";
import type { Preparation } from "../../harness/protocol/index.ts";
import {
	bashSession,
	compareLines,
	compareWords,
	consoleExamples,
	type Example,
	outputsOf,
	type ShownReport,
	shownReports,
	unusedVaries,
} from "../support/examples.ts";
import { newMachinePool } from "../support/guest.ts";
import { exampleItems } from "../support/items.ts";
import { expectResult, isTried, playedSinceMs, TRIED_LESSONS } from "../support/plan.ts";

// Readers must see what a lesson shows. So each command of a lesson is run, in a machine like the reader's.
const LESSONS = await Promise.all(TRIED_LESSONS.map(async (id) => ({ id, ...(await exampleItems(id)) })));

/** Longer than the deadline of an exercise, because a session has many commands. */
const DEADLINE_MS = 120_000;

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

describe.each(LESSONS)("lessons/$id/README.md", ({ id, commands, reports }) => {
	test.runIf(isTried(commands))("every command shows what the text says", async () => {
		const text = await textOf(id);
		const examples = consoleExamples(text);
		if (examples.length === 0) return;
		const lesson = await findLesson(id);
		const prepare = [...installBox(await boxProgram(new Map())), ...(await filesOf(lesson, await solutionOf(lesson)))];
		const { output, end } = await play(examples, prepare);
		const actual = outputsOf(output);
		const wrong = examples.flatMap((example, index) => {
			const { output = [], ended = false } = actual[index] ?? {};
			const place = `lessons/${id}/README.md:${example.line}\n$ ${example.typed.replaceAll("\n", "\n> ")}\n`;
			if (actual[index] === undefined) return [`${place}was not reached: the session had ended before (${end})`];
			const difference = compareLines(example, output);
			const unfinished = !ended && index < examples.length - 1 ? [`${place}did not end: ${end}`] : [];
			return difference === null ? unfinished : [`${place}${difference}`, ...unfinished];
		});
		if (wrong.length > 0) expect.fail(`\n${wrong.join("\n\n")}`);
		expectResult(commands, "shown");
	});

	test.runIf(isTried(reports))("the shown report is the one that check prints", async () => {
		const startedMs = Date.now();
		for (const shown of shownReports(await textOf(id))) {
			// An observation in the cache may be of a run that was disturbed. Then the exercise is played.
			const difference =
				(await reportDifference(shown, playedSinceMs(reports))) && (await reportDifference(shown, startedMs));
			if (difference !== null) expect.fail(`lessons/${id}/README.md:${shown.line}\n${difference}`);
		}
		expectResult(reports, "shown");
	});

	test("every text that is listed as varying is shown", async () => {
		expect(unusedVaries(await textOf(id))).toEqual([]);
	});
});

const textOf = async (id: string) => readLesson(await findLesson(id));

/** How the report that a text shows differs from the one that `check` prints; null if it does not. */
async function reportDifference(
	{ lesson: wanted, passed, shown, varies }: ShownReport,
	playedSinceMs: number,
): Promise<string | null> {
	const lesson = await findLesson(wanted);
	const { module, lessonSummary } = await loadCheck(lesson);
	const judged = inKit(passed ? "solutions" : "lessons", lesson.id, module);
	const verdict = await judge(lesson, judged, machines, { playedSinceMs });
	// A reader checks the copy in the workspace, and passes with it; the skeleton is checked where it is.
	const file = passed ? inKit("workspace", lesson.id, module) : judged;
	const text = await report({ ...verdict, file }, lesson.title, lessonSummary, { width: 1_000, color: false });
	return compareWords({ shown, varies }, text, Object.values(verdict.drawn));
}

/** Runs a session where exercises run. The session may leave processes running when it ends. */
async function play(examples: readonly Example[], prepare: Preparation[]): Promise<{ output: string; end: string }> {
	const code = `exports.run = (session) =>
		require("node:child_process").spawnSync("bash", ["-c", session], { stdio: ["ignore", 1, 1] }).status;`;
	const { outcome, output } = await machines.play({
		...{ prepare, code, readings: {} },
		calls: { box: { export: "run", args: [bashSession(examples)], token: "none" } },
		steps: [{ do: "call", call: "box" }],
		// Lessons show strace, which a locked machine refuses.
		unlocked: true,
		deadlineMs: DEADLINE_MS,
	});
	const end = outcome.kind === "lost" ? outcome.how : outcome.observation.calls["box"]?.ending.how;
	return { output: Buffer.concat(output.stdout).toString(), end: end ?? "never started" };
}
