import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { Journal } from "../../harness/classroom/grading/journal.ts";
import { gradeAll } from "../../harness/classroom/grading/rounds.ts";
import type { Result } from "../../harness/classroom/results/result.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson, loadCheck } from "../../harness/judge/lessons.ts";
import type { MachinePool } from "../../harness/judge/module-run.ts";
import type { PlayedRun } from "../../harness/vm/machine.ts";
import { candidatesOf } from "../support/candidates.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

// Grading while the computer is suddenly busy. The machines are real, and the processor share is made up.
const CLASS = { alice: "solutions/02-unshare/isolate.ts", bob: "test/submissions/02-unshare/wrong/no-ipc.ts" };
const BUSY = 0.1;

const files = await temporary();
const machines = newMachinePool();
beforeAll(async () => {
	for (const [name, path] of Object.entries(CLASS))
		await files.write(`class/${name}/isolate.ts`, await readFile(inKit(path), "utf8"));
	// Puts the measurement of the reference into the cache.
	await judge(await findLesson("02"), inKit(CLASS.alice), machines, { types: false });
});
afterAll(() => Promise.all([machines.close(), files.remove()]));

/**
 * Grades the class.
 * @param change alters the result of each run; `index` counts from 0, and the reference counts, too
 */
async function graded(name: string, change: (run: PlayedRun, index: number) => PlayedRun) {
	let runs = 0;
	const busyMachines: MachinePool = {
		imageKey: () => machines.imageKey(),
		accelerator: () => machines.accelerator(),
		play: async (request) => {
			const index = runs++;
			return change(await machines.play(request), index);
		},
	};
	const lesson = await findLesson("02");
	const onResult: Result[] = [];
	const onRetry: number[] = [];
	const journal = await Journal.open(join(files.dir, `${name}.jsonl`), false);
	const reports = await gradeAll(await candidatesOf(join(files.dir, "class")), {
		lessons: [{ lesson, check: await loadCheck(lesson), key: name }],
		machines: busyMachines,
		...{ journal, machinesAtOnce: 1, extraMachines: 0, pointsOf: () => null },
		onResult: (result) => onResult.push(result),
		onRetry: (count) => onRetry.push(count),
	});
	const found = reports.map(({ results }) => [results[0]?.status, results[0]?.finding?.diagnosis ?? null]);
	return { found, onRetry, onResult: onResult.length, runs, stored: journal.size };
}

const silent = (run: PlayedRun): PlayedRun => ({
	...{ output: run.output, processorShare: BUSY },
	outcome: { kind: "lost", how: "silent", detail: "" },
});

test("a submission without a result on a busy computer is judged again at the end, and reported once", async () => {
	// Run 0 is the reference's.
	expect(await graded("late", (run, index) => (index === 1 || index === 2 ? silent(run) : run))).toEqual({
		found: [
			["pass", null],
			["fail", "ipc-shared"],
		],
		...{ onRetry: [2], onResult: 2, runs: 6, stored: 2 },
	});
});

test("a mistake that two runs show counts, however busy the computer is", async () => {
	const { found, onRetry } = await graded("busy", (run) => ({ ...run, processorShare: BUSY }));
	expect(found).toEqual([
		["pass", null],
		["fail", "ipc-shared"],
	]);
	expect(onRetry).toEqual([1]);
});

test("a submission that no run could judge has the status error, and no stored result", async () => {
	const faults = ["guest-panic", "guest-reset", "silent"] as const;
	const lost = (run: PlayedRun, index: number): PlayedRun => ({
		...silent(run),
		outcome: { kind: "lost", how: faults[Math.floor(index / 3)] ?? "silent", detail: "" },
	});
	// The first run of each round is the reference's.
	const { found, onRetry, stored } = await graded("never", (run, index) => (index % 3 === 0 ? run : lost(run, index)));
	expect(found.map(([status]) => status)).toEqual(["error", "error"]);
	expect(onRetry).toEqual([2, 2]);
	expect(stored).toBe(0);
});

test("on a quiet computer, nothing is judged twice", async () => {
	const { onRetry, runs } = await graded("quiet", (run, index) =>
		index === 0 ? run : { ...silent(run), processorShare: 1 },
	);
	expect({ onRetry, runs }).toEqual({ onRetry: [], runs: 3 });
});
