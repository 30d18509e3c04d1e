import type { Check } from "../judge/check.ts";
import { rulesOf } from "../judge/common.ts";
import { groupsOf } from "../judge/groups.ts";
import { type Proof, proof } from "./proof.ts";

/**
 * Proves that check.ts divides a lesson's points among groups of facts, and that each group is worth points.
 * Otherwise, a group could have no effect, and nobody would notice.
 */
export function provePoints(check: Check): Proof[] {
	const { weight, groups } = check;
	const known = new Set(["ending", ...rulesOf(check).map(({ fact }) => fact)]);
	const grouped = groups.flatMap(({ facts }) => facts);
	const titles = groups.map(({ title }) => title);
	const isCount = (points: number) => Number.isInteger(points) && points > 0;
	const needed = groups.flatMap(({ onlyWith = [] }) => onlyWith);
	const titlesOfDependent = groups.filter(({ onlyWith }) => onlyWith !== undefined).map(({ title }) => title);
	return [
		proof("passing the lesson is worth points", isCount(weight) ? [] : ["give check.ts a weight, such as 10"]),
		proof("each group of facts is worth points", [
			...(groups.length === 0 ? ["add groups to check.ts: they say what the points are for"] : []),
			...groupsOf(check).flatMap(({ title, points }) => (isCount(points) ? [] : [`${title}: ${points} of ${weight}`])),
		]),
		proof("each fact is in one group", [
			...grouped.filter((fact) => !known.has(fact)).map((fact) => `there is no rule for ${fact}`),
			...repeated(grouped).map((fact) => `${fact} is in two groups`),
			...groups
				.filter(({ facts }) => facts.length === 0)
				.map(({ title }) => `${title} has no facts, so it is always right`),
		]),
		proof("each group is found by its title", [
			...repeated(titles).map((title) => `two groups have the title ${title}`),
			...needed.filter((title) => !titles.includes(title)).map((title) => `there is no group ${title}`),
		]),
		// Otherwise, two groups could need each other. The group of the remaining facts counts only with a group that has
		// no onlyWith, and there might be no such group.
		proof(
			"onlyWith names groups that have no onlyWith themselves",
			needed
				.filter((title) => titlesOfDependent.includes(title))
				.map((title) => `${title} has an onlyWith of its own: name a group without one instead`),
		),
	];
}

const repeated = (names: readonly string[]) => names.filter((name, index) => names.indexOf(name) !== index);
