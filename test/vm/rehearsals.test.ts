import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson, loadDemo } from "../../harness/judge/lessons.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { rehearse } from "../../harness/live/machine/rehearse.ts";
import { newMachinePool } from "../support/guest.ts";
import { demoItem } from "../support/items.ts";
import { expectResult, isTried, TRIED_LESSONS } from "../support/plan.ts";
import { inTurn } from "../support/turns.ts";

const SIZE = { columns: 80, rows: 24 };
const PATIENCE_MS = 120_000;

const DEMOS = await Promise.all(
	TRIED_LESSONS.map(async (id) => ({ lesson: await findLesson(id), item: await demoItem(id) })),
);
const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

test("every lesson has a demo", async () => {
	for (const { lesson } of DEMOS) expect((await loadDemo(lesson)).steps).not.toEqual([]);
});

for (const { lesson, item } of DEMOS.filter(({ item }) => isTried(item)))
	test.concurrent(`the demo of ${lesson.id} keeps its promises, also after going back`, async () => {
		const demo = await loadForStage(lesson, SIZE);
		const found = await inTurn(() => rehearse(demo, machines.beginStage.bind(machines), PATIENCE_MS));
		const broken = found.steps.filter(({ promises }) => promises.some(({ kept }) => !kept));
		expect(broken).toEqual([]);
		expect(found.problems).toEqual([]);
		expect(found.backMs).toHaveLength(2);
		expectResult(item, found.holds ? "holds" : "fails");
	}, 600_000);
