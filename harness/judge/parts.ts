import type { Check, Context } from "./check.ts";
import type { Finding } from "./compare.ts";
import type { Facts } from "./values.ts";

/**
 * How far an exercise is in one part of a lesson. The verdict does not depend on the parts: an exercise passes if there
 * are no findings at all.
 */
export interface PartResult {
	title: string;
	/** `not judged`: not all of the part's facts are right, but the first finding is about something else. */
	state: "right" | "not right yet" | "not judged" | "not written yet";
	/** The function that learners write first. */
	firstFunction: string;
}

/**
 * Says of each part of the lesson whether all its facts are the reference's. A value that differs does not count as
 * right even if its rule accepts it: a rule may accept a value only because it could not be judged.
 */
export function partResults(
	{ parts = [] }: Pick<Check, "parts">,
	context: Context,
	reference: Facts,
	findings: readonly Finding[],
): PartResult[] {
	const isSame = (fact: string) => JSON.stringify(context.facts[fact]) === JSON.stringify(reference[fact]);
	return parts.map(({ title, firstFunction, facts, isBegun }) => {
		if (isBegun?.(context) === false) return { title, firstFunction, state: "not written yet" };
		if (facts.every(isSame)) return { title, firstFunction, state: "right" };
		return { title, firstFunction, state: facts.includes(findings[0]?.fact ?? "") ? "not right yet" : "not judged" };
	});
}
