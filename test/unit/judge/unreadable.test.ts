import { describe, expect, test } from "vitest";
import type { Check } from "../../../harness/judge/check.ts";
import { deriveFacts } from "../../../harness/judge/facts.ts";
import { assessSafely } from "../../../harness/judge/judge.ts";
import { placeOfException } from "../../../harness/judge/stack.ts";
import { observation, processState } from "../../support/observation.ts";

// The exercise has written some of the values that a check's rules receive.

const check: Check = {
	module: "isolate.ts",
	exported: "isolate",
	weight: 1,
	groups: [],
	lessonSummary: "",
	draw: () => ({}),
	scenario: () => ({ does: "", prepare: [], calls: { box: { options: {} } } }),
	facts: [
		{
			fact: "command.hostname",
			madeOf: "kernel",
			what: "the hostname",
			explain: [{ diagnosis: "d", why: "w", try: "t", see: [] }],
		},
	],
	exceptions: [],
};
const right = observation();
const reference = { facts: deriveFacts(check, right, {}), observation: right, ledger: () => [] };

// JSON can contain such a value, for which String() throws.
const unprintable = JSON.parse('{"toString": null}') as unknown;
const fail = () => {
	throw new RangeError(`${unprintable === null}`);
};

describe("a rule that throws gives no verdict and does not end drydock", () => {
	test.each<[string, Partial<Check>]>([
		["a rule for a fact's value", { derive: () => ({ digest: String(unprintable) }) }],
		["a rule that accepts other values", { facts: [{ ...check.facts[0], accept: fail } as Check["facts"][0]] }],
		[
			"the condition of an explanation",
			{
				facts: [{ ...check.facts[0], explain: [{ diagnosis: "d", when: fail, why: "w", try: "t", see: [] }] } as never],
			},
		],
		[
			"the text of an explanation",
			{ facts: [{ ...check.facts[0], explain: [{ diagnosis: "d", why: fail, try: "t", see: [] }] } as never] },
		],
	])("%s", (_whose, more) => {
		const wrong = observation({ during: { host: right.before, process: processState({ hostname: "other" }) } });
		const { verdict, findings } = assessSafely({ ...check, ...more }, wrong, {}, reference);
		expect(verdict).toBe("error");
		expect(findings).toEqual([expect.objectContaining({ diagnosis: "unreadable", fact: "check" })]);
	});

	test("a rule that does not fail has its verdict", () => {
		expect(assessSafely(check, right, {}, reference)).toMatchObject({ findings: [] });
		expect(assessSafely(check, right, {}, reference).verdict).toBeUndefined();
	});
});

test.each(["0:0", "0:1", "1:0", "99999999999999999999:99999999999999999999", "-1:5"])(
	"a stack text that the exercise made up names no place: exercise.js:%s",
	(place) => {
		const map = '{"version":3,"sources":["x.ts"],"names":[],"mappings":"AAAA"}';
		expect(placeOfException(`Error: x\n    at exercise.js:${place}`, map, "/y.ts")).toBeNull();
	},
);
