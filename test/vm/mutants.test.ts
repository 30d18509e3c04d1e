import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { harmlessMutants, mutantItems, resultOf } from "../support/items.ts";
import { expectResult, isTried, playedSinceMs, TRIED_LESSONS } from "../support/plan.ts";
import { temporary } from "../support/temporary.ts";

// A solution with one mistake must fail, unless the mistake makes no difference: then test/mutants/ says why.

const LESSONS = await Promise.all(TRIED_LESSONS.map(async (id) => ({ id, mutants: await mutantItems(id) })));

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

describe.each(LESSONS)("$id", ({ id, mutants }) => {
	for (const item of mutants.filter(isTried))
		test.concurrent(`${item.name} ${item.reason === undefined ? "fails" : `passes, as ${item.reason}`}`, async () => {
			const file = await item.file(files);
			const options = { types: false, playedSinceMs: playedSinceMs(item) };
			expectResult(item, resultOf(await judge(await findLesson(id), file, machines, options)));
		});

	test("every mutant in the list of harmless ones exists", async () => {
		const known = new Set(mutants.map(({ name }) => name.replace(/^mutant\//, "")));
		expect(Object.keys(await harmlessMutants(id)).filter((description) => !known.has(description))).toEqual([]);
	});
});
