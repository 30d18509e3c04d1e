import { describe, expect, test } from "vitest";
import { readText } from "../../../harness/base/kit.ts";
import type { Context } from "../../../harness/judge/index.ts";
import check from "../../../lessons/05-pid1/check.ts";

// Lesson 05 quotes what the check says after each step. What a learner has after a step is also a submission in
// test/submissions/05-pid1/wrong/, and its diagnosis is tested with the other submissions. This file tests that the lesson
// quotes the explanation of this diagnosis.

const README = (await readText(new URL("../../../lessons/05-pid1/README.md", import.meta.url).pathname)).replace(
	/\s+/g,
	" ",
);

describe("lesson 05 quotes the report after", () => {
	test.each([
		["step 1", "command-is-pid-1", "The command itself is pid 1 of its namespace"],
		["step 3", "wait-interrupted", "SIGTERM was sent to pid 1 during waitpid"],
	])("%s", (_step, diagnosis, quote) => {
		expect(README).toContain(`"${quote}"`);
		const why = check.exceptions.find((explanation) => explanation.diagnosis === diagnosis)?.why;
		const text = typeof why === "function" ? why({ process: null } as Context) : why;
		expect(text?.startsWith(quote)).toBe(true);
	});
});
