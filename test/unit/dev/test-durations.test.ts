import { expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { durationsOf } from "../../../harness/dev/bench/tests.ts";
import { drawnShare, unknownShare } from "../../../harness/dev/drawn-items.ts";

// A file of tests, and the seconds between which it ran.
const ran = (
	name: string,
	fromS: number,
	toS: number,
	assertionResults: { fullName: string; duration: number }[] = [],
) => ({
	...{ name: inKit("test", `${name}.test.ts`), startTime: fromS * 1_000, endTime: toS * 1_000 },
	assertionResults,
});
const at = (files: ReturnType<typeof ran>[], before = {}, items = 500) =>
	durationsOf({ startTime: 0, testResults: files }, before, { lessons: 10, items });

test("with three times as many lessons, files of a lesson's tests take three times as long, shared by the workers", () => {
	const files = [ran("unit/a", 0, 20), ran("vm/mutants", 20, 80), ran("vm/grade", 20, 80)];
	expect(at(files)).toMatchObject({
		...{ testsMs: [80_000], "testsMs.unit": [20_000], "testsMs.cli": [0] },
		"testsMs.with30Lessons": [80_000 + (2 * 60_000) / 2],
		"testsMs.vm/mutants.test.ts": [60_000],
	});
});

test("where one worker has nothing to do at the end, this is expected of more lessons, too", () => {
	const files = [ran("vm/mutants", 0, 60), ran("vm/grade", 0, 30)];
	expect(at(files)["testsMs.with30Lessons"]).toEqual([60_000 + (2 * 60_000) / 1.5]);
});

test("no more than 200 items are drawn, and every solution is tried", () => {
	const tests = [
		{ fullName: "02-unshare [wrong/no-ipc] → fail", duration: 15_000 },
		{ fullName: "02-unshare the solution passes", duration: 5_000 },
	];
	const files = [ran("vm/submissions", 0, 20, tests)];
	// Of 1,000 items, 100 are drawn; of 3,000, twice as many.
	expect(at(files, {}, 1_000)["testsMs.with30Lessons"]).toEqual([20_000 + 15_000 + 2 * 5_000]);
});

test("a unit test of the lessons' files grows, and another one does not", () => {
	expect(at([ran("unit/a", 0, 20)])["testsMs.with30Lessons"]).toEqual([20_000]);
	expect(at([ran("unit/lessons/a", 0, 20)])["testsMs.with30Lessons"]).toEqual([60_000]);
});

test("of a file that is not about lessons, only the check of all of them grows", () => {
	const tests = [
		{ fullName: "drydock check --all passes every lesson", duration: 5_000 },
		{ fullName: "drydock check writes no colours", duration: 15_000 },
	];
	expect(at([ran("vm/command", 0, 20, tests)])["testsMs.with30Lessons"]).toEqual([30_000]);
});

test("what runs before the tests counts as it is", () => {
	const durations = at([ran("vm/mutants", 0, 20)], { lintAndTypes: 5_000 });
	expect(durations).toMatchObject({
		...{ testsMs: [25_000], "testsMs.with30Lessons": [65_000], "testsMs.lintAndTypes": [5_000] },
	});
});

test("a run tries a tenth of the items, or fewer if it would otherwise try more than 200", () => {
	expect(drawnShare(1_800)).toBe(0.1);
	expect(drawnShare(4_000) * 4_000).toBeCloseTo(200);
	expect(drawnShare(1_700, 130) * 1_700 + unknownShare(130) * 130).toBeCloseTo(200);
	expect(drawnShare(0, 1_800)).toBe(0.1);
	expect(drawnShare(1_000, 800) * 1_000 + unknownShare(800) * 800).toBeCloseTo(250);
});
