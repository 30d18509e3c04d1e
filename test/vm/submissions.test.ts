import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { submissionsOf } from "../../harness/dev/submissions.ts";
import { findLesson, loadCheck } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { itemJudge } from "../support/item-judge.ts";
import { type ModuleItem, resultOf, submissionItems } from "../support/items.ts";
import { ALWAYS_SINCE_MS, expectResult, isTried, TRIED_LESSONS } from "../support/plan.ts";
import { temporary } from "../support/temporary.ts";

// Runs all solutions and skeletons, and those right and wrong answers that test/support/plan.ts chooses.

const LESSONS = await Promise.all(
	TRIED_LESSONS.map(async (id) => ({
		id,
		skeleton: readFileSync(inKit("test/submissions", id, "skeleton"), "utf8").trim(),
		tried: (await submissionItems(id)).filter(isTried),
	})),
);

const machines = newMachinePool();
// For submissions that are written as differences.
const files = await temporary();
const judged = itemJudge(machines, files);
// Made here, so that no test's time includes it.
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

describe.each(LESSONS)("$id", ({ id, skeleton, tried }) => {
	test.concurrent("the solution passes", async () => {
		const { module } = await checkOf(id);
		const solution = alwaysTried(id, inKit("solutions", id, module), "pass");
		expect(resultOf(await judged(solution, ALWAYS_SINCE_MS))).toBe("pass");
	});

	test.concurrent(`the skeleton → "${skeleton}"`, async () => {
		const { module } = await checkOf(id);
		const item = alwaysTried(id, inKit("lessons", id, module), `fail ${skeleton}`);
		const verdict = await judged(item, ALWAYS_SINCE_MS);
		expect(verdict.verdict).toBe("fail");
		expect(verdict.findings[0]?.diagnosis).toBe(skeleton);
	});

	for (const item of tried)
		test.concurrent(`[${item.name}] → "${item.expected}"`, async () => {
			expectResult(item, resultOf(await judged(item)));
		});

	test("every diagnosis that the check knows is some submission's first", async () => {
		const check = await checkOf(id);
		const known = [...check.facts.flatMap(({ explain }) => explain), ...check.exceptions];
		const shown = new Set([skeleton, ...(await submissionsOf(id, "wrong")).map(({ diagnosis }) => diagnosis)]);
		expect(known.map(({ diagnosis }) => diagnosis).filter((diagnosis) => !shown.has(diagnosis))).toEqual([]);
	});
});

const checkOf = async (id: string) => loadCheck(await findLesson(id));

// An exercise that every run tries, and that needs no record.
const alwaysTried = (lesson: string, file: string, expected: string): ModuleItem => ({
	...{ lesson, name: file, key: "", expected: [expected] },
	file: async () => file,
});
