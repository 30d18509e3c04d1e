import { expect, test } from "vitest";
import { judgementOf } from "../../../../harness/classroom/grading/judgement.ts";
import type { Finding } from "../../../../harness/judge/compare.ts";
import type { Verdict } from "../../../../harness/judge/judge.ts";

const finding = (fact: string, followsFrom: string[]): Finding => ({
	...{ fact, what: `the ${fact}`, expected: "right", got: "wrong", diagnosis: fact, explanation: "", try: "", see: [] },
	followsFrom,
});

test("a class's report says what is probably a consequence", () => {
	const findings = [finding("root", []), finding("mounts", ["root"]), finding("hostname", [])];
	const verdict = { verdict: "fail", findings, thrownAt: null, file: "a.ts", drawn: {}, durationMs: 1 };
	const output = { stdout: "", stderr: "" };
	expect(judgementOf({ ...verdict, output } as unknown as Verdict).others).toEqual([
		"the mounts (probably a consequence)",
		"the hostname",
	]);
});
