import { describe, expect, test } from "vitest";
import type { Context, Part } from "../../../harness/judge/check.ts";
import type { Finding } from "../../../harness/judge/compare.ts";
import { partResults } from "../../../harness/judge/parts.ts";
import type { Facts } from "../../../harness/judge/values.ts";

const REFERENCE: Facts = { "program.a": [], "program.b": "runs", "image.a": "complete" };
const parts: Part[] = [
	{ title: "programs", firstFunction: "gather", facts: ["program.a", "program.b"] },
	{
		...{ title: "image", firstFunction: "buildImage", facts: ["image.a"] },
		isBegun: ({ facts }) => facts["image.a"] !== "missing",
	},
];
/** The states of both parts, for an exercise with these facts and findings about these facts. */
const statesOf = (changes: Facts, ...findings: string[]) =>
	partResults(
		{ parts },
		{ facts: { ...REFERENCE, ...changes } } as Context,
		REFERENCE,
		findings.map((fact) => ({ fact }) as Finding),
	).map(({ state }) => state);

describe("the parts of a lesson", () => {
	test("are right if all facts are the reference's", () => {
		expect(statesOf({})).toEqual(["right", "right"]);
	});

	test("a part is right although the next is not written yet", () => {
		expect(statesOf({ "image.a": "missing" }, "image.a")).toEqual(["right", "not written yet"]);
	});

	test("a part is not right if the first finding is about it", () => {
		const changes = { "program.b": "fails", "image.a": "missing" };
		expect(statesOf(changes, "program.b", "image.a")).toEqual(["not right yet", "not written yet"]);
		expect(statesOf({ "image.a": "half" }, "image.a")).toEqual(["right", "not right yet"]);
	});

	test("a part is not judged if the first finding, about something else, may be the cause", () => {
		expect(statesOf({ "program.b": "fails", "image.a": "half" }, "image.a", "program.b")).toEqual([
			"not judged",
			"not right yet",
		]);
		expect(statesOf({ "program.b": "fails" }, "ending")).toEqual(["not judged", "right"]);
	});

	test("a wrong fact that a rule accepted gives no finding, and its part is not right", () => {
		expect(statesOf({ "program.a": ["unknown"], "image.a": "half" }, "image.a")).toEqual([
			"not judged",
			"not right yet",
		]);
	});

	test("a lesson without parts has none", () => {
		expect(partResults({}, { facts: {} } as Context, REFERENCE, [])).toEqual([]);
	});
});
