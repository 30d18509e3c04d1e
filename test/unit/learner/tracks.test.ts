import { describe, expect, test } from "vitest";
import { lessons, readLesson } from "../../../harness/judge/lessons.ts";
import { readFinish } from "../../../harness/learner/finish.ts";
import {
	afterLesson,
	findTrack,
	isLastToPass,
	passedTrackOf,
	type Track,
	trackOf,
	tracks,
	trackToFinish,
} from "../../../harness/learner/tracks.ts";
import { consoleExamples } from "../../support/examples.ts";
import { logbookWith, passedRecord } from "../../support/workspace.ts";

const all = await lessons();
const known = await tracks();
const lesson = (id: string) => ({ id, title: id });
const example: Track[] = [
	{ number: 1, title: "one", lessons: [lesson("01-a"), lesson("02-b")], hasFinish: true },
	{ number: 2, title: "two", lessons: [lesson("10-c")], hasFinish: false },
];
const book = (...passed: string[]) => logbookWith(Object.fromEntries(passed.map((id) => [id, passedRecord()])));

test("every lesson is in one track, in order, and a track has lessons", () => {
	expect(known.flatMap((track) => track.lessons)).toEqual(all);
	expect(known.filter((track) => track.lessons.length === 0)).toEqual([]);
});

test("[one lesson has not passed] the finish is next once it has", () => {
	expect(passedTrackOf(example, book("01-a"), lesson("01-a"))).toBeUndefined();
	expect(isLastToPass(example, book("01-a"), lesson("01-a"))).toBe(false);
	expect(isLastToPass(example, book("01-a"), lesson("02-b"))).toBe(true);
});

test("[all lessons have passed] the finish is next, if the track has one", () => {
	expect(passedTrackOf(example, book("01-a", "02-b"), lesson("01-a"))).toBe(example[0]);
	expect(isLastToPass(example, book("01-a", "02-b"), lesson("01-a"))).toBe(true);
	expect(afterLesson(example, book("01-a", "02-b"), lesson("01-a"))).toBe("finish");
	expect(afterLesson(example, book("01-a", "02-b", "10-c"), lesson("10-c"))).toBe("finish");
	expect(afterLesson(example.slice(1), book("10-c"), lesson("10-c"))).toBe("nothing");
	expect(trackOf(example, lesson("10-c"))).toBe(example[1]);
	expect(passedTrackOf(example, book("10-c"), lesson("10-c"))).toBeUndefined();
	expect(isLastToPass(example, book(), lesson("10-c"))).toBe(false);
});

test("[the finish has passed] other lessons are next, or the learner's own engine", () => {
	const finished = (...passed: string[]) => ({ ...book(...passed), finished: { 1: "2026-01-01T00:00:00Z" } });
	expect(afterLesson(example, finished("01-a", "02-b"), lesson("01-a"))).toBe("next lesson");
	expect(afterLesson(example, finished("01-a", "02-b", "10-c"), lesson("02-b"))).toBe("own engine");
	expect(afterLesson(example, finished("01-a", "02-b", "10-c"), lesson("10-c"))).toBe("own engine");
});

test("a learner in a track without a finish can play the one before it", () => {
	expect(trackToFinish(example, lesson("01-a"))).toBe(example[0]);
	expect(trackToFinish(example, lesson("10-c"))).toBe(example[0]);
	expect(trackToFinish(example.slice(1), lesson("10-c"))).toBeUndefined();
});

test.each([
	["3", "there is no track"],
	["2", "has no finish yet"],
])("track %s: %s", (wanted, message) => {
	expect(() => findTrack(example, wanted)).toThrow(message);
});

describe.each(known.filter(({ hasFinish }) => hasFinish))("the finish of track $number", ({ number, lessons }) => {
	test("plays every command with `box run` that the track's lessons show", async () => {
		const played = (await readFinish(number)).flatMap(({ commands }) => commands.map(({ type }) => type));
		const texts = await Promise.all(lessons.map(readLesson));
		const shown = texts.flatMap(consoleExamples).filter(({ typed }) => typed.startsWith("box run"));
		expect(shown.length).toBeGreaterThan(0);
		expect(played).toEqual(expect.arrayContaining(shown.map(({ typed }) => typed)));
	});

	test("names only lessons of the track, in order; each step can fail, and its line fits 80 columns", async () => {
		const steps = await readFinish(number);
		const ids = steps.map((step) => step.lesson);
		expect(ids).toEqual(lessons.map(({ id }) => id).filter((id) => ids.includes(id)));
		for (const { what, commands } of steps) {
			expect(what.length).toBeLessThanOrEqual(80 - "✓ 04-pivot-root  ".length);
			expect(commands.some(({ exit, shows }) => exit !== undefined || shows !== undefined)).toBe(true);
		}
	});
});
