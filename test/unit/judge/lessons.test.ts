import { describe, expect, test } from "vitest";
import type { Failure } from "../../../harness/base/failure.ts";
import { EARLY_END, FAILED_START } from "../../../harness/judge/check.ts";
import { rulesOf } from "../../../harness/judge/common.ts";
import { endingExplanations } from "../../../harness/judge/endings.ts";
import { findLesson, lessons, loadCheck, moduleOf } from "../../../harness/judge/lessons.ts";

const failure = (wanted: string): Promise<Failure> =>
	findLesson(wanted).then(
		({ id }) => Promise.reject(new Error(`found ${id}`)),
		(error: Failure) => error,
	);

describe("findLesson", () => {
	test.each(["04", "4", "pivot-root", "04-pivot-root"])("%s is lesson 04-pivot-root", async (wanted) => {
		expect((await findLesson(wanted)).id).toBe("04-pivot-root");
	});

	test.each([
		["pivotroot", "pivot-root"],
		["04-pivot_root", "04-pivot-root"],
		["unshar", "02-unshare"],
	])("for %s, the error suggests the nearest name, %s", async (wanted, nearest) => {
		const { kind, message, next } = await failure(wanted);
		expect({ kind, message, next }).toEqual({
			kind: "usage",
			message: `there is no lesson "${wanted}"; did you mean ${nearest}?`,
			next: expect.stringContaining(nearest),
		});
	});

	test.each(["99", "kubernetes-operator", ""])("%j is near no lesson: the error suggests the list", async (wanted) => {
		const { exitCode, message, next } = await failure(wanted);
		expect({ exitCode, message, next }).toEqual({
			exitCode: 2,
			message: `there is no lesson ${JSON.stringify(wanted)}`,
			next: expect.stringContaining("list"),
		});
	});
});

test("lessons come in the order of their numbers", async () => {
	const ids = (await lessons()).map(({ id }) => id);
	expect(ids).toContain("02-unshare");
	expect(ids).toEqual(ids.toSorted());
});

test.each(await lessons())("the module that the check of $id judges is found without loading it", async (lesson) => {
	expect(await moduleOf(lesson)).toBe((await loadCheck(lesson)).module);
});

test.each(await lessons())(
	"in $id, a fact only follows from an earlier one, and from diagnoses that it has",
	async (lesson) => {
		const check = await loadCheck(lesson);
		const ending = { fact: "ending", explain: [...check.exceptions, ...endingExplanations(check)] };
		const rules = [ending, ...rulesOf(check).filter(({ fact }) => fact !== "ending")];
		const unknown = rules.flatMap(({ explain, ...rule }, index) => {
			const earlier = rules.slice(0, index);
			const names = earlier.flatMap((one) => [
				one.fact,
				...one.explain.map(({ diagnosis }) => `${one.fact}/${diagnosis}`),
			]);
			const declared = [rule, ...explain].flatMap((one) => ("followsFrom" in one ? (one.followsFrom ?? []) : []));
			return declared
				.filter((name) => ![EARLY_END, FAILED_START].includes(name) && !names.includes(name))
				.map((name) => `${rule.fact} follows ${name}`);
		});
		expect(unknown).toEqual([]);
	},
);

test.each(await lessons())(
	"no advice of $id promises a marked line: not every exception comes from one of the learner's",
	async (lesson) => {
		const check = await loadCheck(lesson);
		const explanations = [
			...check.exceptions,
			...endingExplanations(check),
			...rulesOf(check).flatMap(({ explain }) => explain),
		];
		expect(explanations.map((one) => one.try).filter((advice) => /\bmarked\b/.test(advice))).toEqual([]);
	},
);
