import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import type { MachinePool } from "../../harness/judge/module-run.ts";
import { newMachinePool } from "../support/guest.ts";
import { itemJudge } from "../support/item-judge.ts";
import { type ModuleItem, resultOf } from "../support/items.ts";
import { temporary } from "../support/temporary.ts";

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

/** A pool that counts its runs. */
let runs = 0;
const counting: MachinePool = {
	imageKey: () => machines.imageKey(),
	accelerator: () => machines.accelerator(),
	play: (request) => {
		runs++;
		return machines.play(request);
	},
};

const reboots = (expected: string): ModuleItem => ({
	...{ lesson: "02-unshare", name: "reboots", key: "", expected: [expected] },
	file: async () => inKit("test/hostile/endings/reboots.ts"),
});

test("a run whose machine was lost is judged from the cache, until its result does not fit", async () => {
	const judged = itemJudge(counting, files);
	const runsFor = async (expected: string) => {
		const before = runs;
		expect(resultOf(await judged(reboots(expected), 0))).toBe("fail guest-reset -");
		return runs - before;
	};
	await runsFor("fail guest-reset");
	expect(await runsFor("fail guest-reset")).toBe(0);
	expect(await runsFor("pass")).toBe(1);
	expect(await runsFor("fail guest-reset")).toBe(0);
});

test("if many results do not fit, the check has changed, and nothing is played again", async () => {
	const judged = itemJudge(counting, files, 1);
	await judged(reboots("fail guest-reset"), 0);
	const before = runs;
	for (let attempt = 0; attempt < 3; attempt++) await judged(reboots("pass"), 0);
	expect(runs - before).toBe(1);
});
