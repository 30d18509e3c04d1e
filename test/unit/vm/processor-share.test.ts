import { expect, test } from "vitest";
import { processorShare, processorTime } from "../../../harness/vm/computer/processor-share.ts";

const time = (ranNs: number, queuedNs: number) => ({ ranNs, queuedNs });

test("the share is the running time divided by the running and the waiting time, between the two readings", () => {
	expect(processorShare(time(100, 100), time(400, 1_000))).toBe(0.25);
	expect(processorShare(time(100, 100), time(100, 100))).toBe(1);
});

test("without a reading, the share is estimated from the load", () => {
	expect(processorShare(null, time(1, 1), 0)).toBe(1);
	expect(processorShare(time(1, 1), null, 10_000)).toBeLessThan(0.1);
});

test.runIf(process.platform === "linux")(
	"the kernel tells of a process that runs, and not of one that is gone",
	async () => {
		const before = await processorTime(process.pid);
		for (const untilMs = performance.now() + 20; performance.now() < untilMs; );
		const after = await processorTime(process.pid);
		expect(after?.ranNs).toBeGreaterThan(before?.ranNs ?? Number.POSITIVE_INFINITY);
		expect(await processorTime(0x7fff_fff0)).toBeNull();
	},
);
