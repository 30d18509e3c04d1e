import { expect, test } from "vitest";
import { hasRoomForMachine, processorTimes } from "../../../../harness/classroom/grading/idleness.ts";

const GIGABYTE = 2 ** 30;
const before = { idle: 500, all: 1_000, processors: 2 };
// In one second, the time of two processors grows by two seconds.
const after = (idleMs: number) => ({ idle: 500 + idleMs, all: 3_000, processors: 2 });

test.each([
	["both processors idle", 1_950, 2 * GIGABYTE, true],
	["one of two idle", 900, 2 * GIGABYTE, true],
	["half of one idle", 500, 2 * GIGABYTE, false],
	["both busy", 0, 2 * GIGABYTE, false],
	["both idle, but no memory left", 1_950, GIGABYTE / 2, false],
])("room for one more machine [%s]", (_what, idleMs, freeBytes, could) => {
	expect(hasRoomForMachine(before, after(idleMs), freeBytes)).toBe(could);
});

test("the processors' time only grows", async () => {
	const first = processorTimes();
	await expect.poll(() => processorTimes().all).toBeGreaterThan(first.all);
	expect(processorTimes().idle).toBeGreaterThanOrEqual(first.idle);
});
