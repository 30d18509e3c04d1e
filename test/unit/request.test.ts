import { describe, expect, test } from "vitest";
import type { Check, Scenario } from "../../harness/judge/check.ts";
import { lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { drawFor } from "../../harness/judge/random.ts";
import { requestFor } from "../../harness/judge/request.ts";

const PROGRAM = { code: "", map: "", files: [] } as unknown as Parameters<typeof requestFor>[1];
const playing = (scenario: Partial<Scenario> = {}) =>
	({
		draw: () => ({}),
		scenario: () => ({ does: "", prepare: [], calls: { box: { options: {} } }, ...scenario }),
	}) as unknown as Check;

const ALL = await lessons();

describe("the exit code of the command", () => {
	test("is drawn for every run", () => {
		const drawn = Array.from({ length: 50 }, () => drawFor(playing())["exitCode"]);
		expect(new Set(drawn).size).toBeGreaterThan(5);
	});

	test("is in the line that ends the container, and in no other", () => {
		const { steps } = requestFor(playing(), PROGRAM, { exitCode: "41" });
		expect(steps.map((step) => ("line" in step ? step.line : ""))).toEqual(["", "", "41"]);
	});

	test("a line that the check gives itself stays", () => {
		const { steps } = requestFor(playing({ steps: [{ do: "feed", call: "box", line: "x", last: true }] }), PROGRAM, {});
		expect(steps).toEqual([{ do: "feed", call: "box", line: "x", last: true }]);
	});

	test.each(ALL)("stands nowhere in what the exercise of $id is given", async (lesson) => {
		const check = await loadCheck(lesson);
		const drawn = { ...drawFor(check), exitCode: "987654321" };
		const { calls, prepare } = requestFor(check, PROGRAM, drawn);
		expect(JSON.stringify([calls, prepare])).not.toContain("987654321");
	});
});
