import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { AdaptiveDeadlines } from "../../../../harness/classroom/grading/adaptive-deadlines.ts";
import type { MachinePool } from "../../../../harness/judge/module-run.ts";
import type { Ending } from "../../../../harness/protocol/index.ts";
import type { RunRequest } from "../../../../harness/vm/machine.ts";
import { observation } from "../../../support/observation.ts";

const REQUEST: RunRequest = {
	...{
		prepare: [],
		code: "",
		calls: {},
		steps: [],
		readings: {},
	},
};

/** Plays runs of these lengths and endings one after the other. @returns the time limit of each run */
async function deadlines(runs: readonly { ms: number; ending: Ending | null }[]): Promise<(number | undefined)[]> {
	const given: (number | undefined)[] = [];
	const remaining = [...runs];
	const machines: MachinePool = {
		imageKey: async () => "image",
		accelerator: async () => "tcg",
		play: async ({ patienceMs }) => {
			given.push(patienceMs);
			const { ms, ending } = remaining.shift() ?? { ms: 0, ending: null };
			await sleep(ms);
			const output = { stdout: [], stderr: [] };
			if (ending === null) return { outcome: { kind: "lost", how: "silent", detail: "" }, output, processorShare: 1 };
			return { outcome: { kind: "observed", observation: observation({ ending }) }, output, processorShare: 1 };
		},
	};
	const adaptive = new AdaptiveDeadlines(machines);
	for (const _ of runs) await adaptive.play(REQUEST);
	return given;
}

const returned: Ending = { how: "returned", value: 0 };

test("the first run has the machine's own deadline; later runs have many times the duration of the earlier ones", async () => {
	const [first, second, third] = await deadlines(Array.from({ length: 3 }, () => ({ ms: 50, ending: returned })));
	expect(first).toBeUndefined();
	expect(second).toBeGreaterThan(5_400);
	expect(third).toBeGreaterThan(5_400);
});

test("a run that hung or was lost does not count", async () => {
	const hung: Ending = { how: "hung", tasks: [], waitsIn: {} };
	expect(await deadlines([hung, null, hung].map((ending) => ({ ms: 1, ending })))).toEqual([
		undefined,
		undefined,
		undefined,
	]);
});

test("two slow runs lengthen the next deadline, although most runs were fast", async () => {
	const runs = [1, 1, 1, 1, 1, 1, 1, 200, 200].map((ms) => ({ ms, ending: returned }));
	const given = await deadlines([...runs, { ms: 1, ending: returned }]);
	expect(given.at(-1)).toBeGreaterThan(6_900);
});
