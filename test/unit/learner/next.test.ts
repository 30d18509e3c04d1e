import { describe, expect, test } from "vitest";
import { lessons } from "../../../harness/judge/lessons.ts";
import { recordOf } from "../../../harness/learner/logbook.ts";
import { lessonStepsAway, nextCommand, nextToPass } from "../../../harness/learner/next.ts";
import { failedAttempt, logbookWith, passedRecord } from "../../support/workspace.ts";

const all = await lessons();
const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];

test("lessonStepsAway counts from a lesson in both directions, and ends with the lessons", async () => {
	expect(await lessonStepsAway(second, 1)).toEqual(third);
	expect(await lessonStepsAway(second, -1)).toEqual(first);
	expect(await lessonStepsAway(first, -1)).toBeUndefined();
	expect(await lessonStepsAway(first, all.length)).toBeUndefined();
});

describe("nextToPass", () => {
	test("is the first later lesson that has not passed", () => {
		expect(nextToPass(all, logbookWith({ [second.id]: passedRecord() }), first)).toEqual(third);
	});

	test("[all later lessons have passed] is an earlier lesson that was left out", () => {
		const later = Object.fromEntries(all.slice(1).map(({ id }) => [id, passedRecord()]));
		expect(nextToPass(all, logbookWith(later), third)).toEqual(first);
	});

	test("[all have passed] there is none", () => {
		const every = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		expect(nextToPass(all, logbookWith(every), first)).toBeUndefined();
	});
});

describe("nextCommand", () => {
	const failed = { lastAttempt: failedAttempt() };
	test.each([
		["not tried", {}, "read"],
		["tried once", { ...failed, attempts: 1 }, "check"],
		["tried three times", { ...failed, attempts: 3 }, "hint"],
		["passed", passedRecord(), "next"],
		["passed, and not right any more", { ...passedRecord(), ...failed }, "check"],
	])("[%s] is the fitting command", (_, record, command) => {
		const book = logbookWith({ [first.id]: record });
		expect(nextCommand(first, recordOf(book, first), "next lesson")).toMatch(new RegExp(`^npx drydock ${command}\\b`));
	});

	test.each([
		["finish", "finish"],
		["own engine", "box"],
		["nothing", "list"],
	] as const)("[passed, and then comes: %s] is the fitting command", (after, command) => {
		const book = logbookWith({ [first.id]: passedRecord() });
		expect(nextCommand(first, recordOf(book, first), after)).toBe(`npx drydock ${command}`);
	});
});
