import { expect, test } from "vitest";
import type { Step } from "../../../harness/protocol/index.ts";
import { callsAtOnce, processorBudget } from "../../../harness/vm/deadlines.ts";

const call = (name: string): Step => ({ do: "call", call: name });
const feed = (name: string): Step => ({ do: "feed", call: name, last: true });

test.each<[number, string, Step[]]>([
	[0, "without a call", [{ do: "run", argv: ["ls"], as: "ls" }]],
	[1, "one after the other", [call("a"), feed("a"), call("b"), feed("b")]],
	[2, "one during the other", [call("a"), call("b"), feed("b"), call("c"), feed("c"), feed("a")]],
	[3, "all three", [call("a"), call("b"), call("c"), feed("a"), feed("b"), feed("c")]],
])("%d calls run at once: %s", (expected, _, steps) => {
	expect(callsAtOnce(steps)).toBe(expected);
});

test("a stage gets the budget of each call that may use up the processor", () => {
	const stageMs = (...steps: Step[]) => processorBudget({ bootMs: 6_000 }, steps).stageMs;
	const one = stageMs(call("a"), feed("a"));
	expect(stageMs(call("a"), call("b"), feed("b"), feed("a"))).toBeGreaterThan(1.3 * one);
	expect(stageMs()).toBeGreaterThan(0);
});
