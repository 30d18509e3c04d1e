import { describe, expect, test } from "vitest";
import { lessons } from "../../harness/judge/lessons.ts";
import { pageOf } from "../../harness/learner/logbook.ts";
import { lessonAway, nextCommand, nextToPass } from "../../harness/learner/next.ts";
import { failedAttempt, logbookWith, passedPage } from "../support/workspace.ts";

const all = await lessons();
const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];

test("lessonAway counts from a lesson in both directions, and ends with the lessons", async () => {
	expect(await lessonAway(second, 1)).toEqual(third);
	expect(await lessonAway(second, -1)).toEqual(first);
	expect(await lessonAway(first, -1)).toBeUndefined();
	expect(await lessonAway(first, all.length)).toBeUndefined();
});

describe("nextToPass", () => {
	test("is the first after this one that has not passed", () => {
		expect(nextToPass(all, logbookWith({ [second.id]: passedPage() }), first)).toEqual(third);
	});

	test("[all after it have passed] is one that was left out before", () => {
		const later = Object.fromEntries(all.slice(1).map(({ id }) => [id, passedPage()]));
		expect(nextToPass(all, logbookWith(later), third)).toEqual(first);
	});

	test("[all have passed] there is none", () => {
		const every = Object.fromEntries(all.map(({ id }) => [id, passedPage()]));
		expect(nextToPass(all, logbookWith(every), first)).toBeUndefined();
	});
});

describe("nextCommand", () => {
	const failed = { lastAttempt: failedAttempt() };
	test.each([
		["not tried", {}, "read"],
		["tried once", { ...failed, attempts: 1 }, "check"],
		["tried three times", { ...failed, attempts: 3 }, "hint"],
		["passed", passedPage(), "next"],
		["passed, and not right any more", { ...passedPage(), ...failed }, "check"],
	])("[%s] is what fits", (_, page, command) => {
		const book = logbookWith({ [first.id]: page });
		expect(nextCommand(first, pageOf(book, first), false)).toMatch(new RegExp(`^npx drydock ${command}\\b`));
	});
});
