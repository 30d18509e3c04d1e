import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { processorTime } from "../../../harness/vm/computer/processor-share.ts";
import { ProcessorLimit } from "../../../harness/vm/processor-limit.ts";

const children: ChildProcess[] = [];
afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** The processor time that a loop without end has used when its limit is exceeded. */
async function usedByLoop(budget: { runMs: number; stageMs: number }, endStages: boolean): Promise<number> {
	const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
	children.push(child);
	const pid = child.pid ?? -1;
	const beforeNs = (await processorTime(pid))?.ranNs ?? 0;
	let stages: NodeJS.Timeout | undefined;
	await new Promise<void>((resolve) => {
		const limit = new ProcessorLimit(pid, budget, resolve);
		if (endStages) stages = setInterval(() => limit.endStage(), 20);
	});
	clearInterval(stages);
	return ((await processorTime(pid))?.ranNs ?? 0) - beforeNs;
}

describe.runIf(process.platform === "linux")("a loop", () => {
	test("is limited by the budget of a stage, if its stage does not end", async () => {
		expect(await usedByLoop({ runMs: 1e9, stageMs: 300 }, false)).toBeGreaterThanOrEqual(300e6);
	});

	test("is limited by the budget of the run, however many stages end", async () => {
		expect(await usedByLoop({ runMs: 900, stageMs: 600 }, true)).toBeGreaterThanOrEqual(900e6);
	});
});
