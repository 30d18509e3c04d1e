import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newMachinePool } from "../support/guest.ts";
import { itemJudge } from "../support/item-judge.ts";
import { harmlessMutants, mutantItems, resultOf } from "../support/items.ts";
import { expectResult, isTried, TRIED_LESSONS } from "../support/plan.ts";
import { temporary } from "../support/temporary.ts";

// A solution with one mistake must fail, unless the mistake makes no difference: then test/mutants/ says why.

const LESSONS = await Promise.all(TRIED_LESSONS.map(async (id) => ({ id, mutants: await mutantItems(id) })));

const machines = newMachinePool();
const files = await temporary();
const judged = itemJudge(machines, files);
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

describe.each(LESSONS)("$id", ({ id, mutants }) => {
	for (const item of mutants.filter(isTried))
		test.concurrent(`${item.name} ${item.reason === undefined ? "fails" : `passes, as ${item.reason}`}`, async () => {
			expectResult(item, resultOf(await judged(item)));
		});

	test("every mutant in the list of harmless ones exists", async () => {
		const known = new Set(mutants.map(({ name }) => name.replace(/^mutant\//, "")));
		expect(Object.keys(await harmlessMutants(id)).filter((description) => !known.has(description))).toEqual([]);
	});
});
