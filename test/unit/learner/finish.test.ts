import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type FinishStep, mismatchIn, sessionOf } from "../../../harness/learner/finish.ts";

const step: FinishStep = {
	lesson: "01-a",
	what: "says hello",
	commands: [{ type: "say=hello" }, { type: "echo $say", shows: "hello" }, { type: "(exit 7)", exit: 7 }],
};
const output = (...parts: [printed: string, exit: number][]) =>
	parts.map(([printed, exit]) => `${printed}\u001e${exit}\n`).join("");

test("a step's commands are typed into one bash, and each one's exit code and output is seen", () => {
	const printed = spawnSync("bash", ["-c", sessionOf(step)], { encoding: "utf8" }).stdout;
	expect(printed).toBe(output(["", 0], ["hello\n", 0], ["", 7]));
	expect(mismatchIn(step, printed)).toBeNull();
});

describe("mismatchIn", () => {
	test.each([
		["lines", "debug 1\nhello\ndebug 2\n"],
		["text without a line end", "debug hello\n"],
	])("debug prints do no harm: %s", (_, printed) => {
		expect(mismatchIn(step, output(["debug\n", 0], [printed, 0], ["debug\n", 7]))).toBeNull();
	});

	test.each([
		["another line", output(["", 0], ["othello\n", 0], ["", 7]), { typed: "echo $say", exit: 0, printed: "othello\n" }],
		["another exit code", output(["", 0], ["hello\n", 0], ["", 1]), { typed: "(exit 7)", wanted: "exit code 7" }],
		["no end", `${output(["", 0])}box: EPERM`, { typed: "echo $say", exit: null, printed: "box: EPERM" }],
	])("[%s] is the first command that did not do what it should", (_, printed, mismatch) => {
		expect(mismatchIn(step, printed)).toMatchObject(mismatch);
	});
});
