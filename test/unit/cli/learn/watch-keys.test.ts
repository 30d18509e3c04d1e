import { expect, test } from "vitest";
import { WatchKeys } from "../../../../harness/cli/learn/watch-keys.ts";
import type { Verdict } from "../../../../harness/judge/judge.ts";

/** The line of keys after a check with this result. */
function lineAfter(verdict: "pass" | "fail" | null, endsTrack: boolean): string {
	const done = async () => {};
	const work = { lesson: { id: "09-a", title: "" }, file: "", check() {}, select: done, lendTerminal: done, quit() {} };
	const result = verdict === null ? null : ({ verdict } as Verdict);
	return new WatchKeys({ ...work, endsTrack, verdict: result }).line();
}

test.each([
	["passed", lineAfter("pass", false), "n next lesson · ? all keys · q quit"],
	["passed, and so have all other lessons of the track", lineAfter("pass", true), "f the finish · ? all keys · q quit"],
	["not passed", lineAfter("fail", true), "h hint · i read the lesson · t trace · ? all keys · q quit"],
])("[%s] the line of keys offers what comes next", (_, line, expected) => {
	expect(line).toBe(expected);
});
