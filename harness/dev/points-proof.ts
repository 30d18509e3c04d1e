import type { Check } from "../judge/check.ts";
import { rulesOf } from "../judge/common.ts";
import { groupsOf } from "../judge/groups.ts";
import { type Proof, proof } from "./proof.ts";

/** Proves that a lesson's points can be given: without points, nobody would notice that a group does not count. */
export function provePoints(check: Check): Proof[] {
	const { weight, groups } = check;
	const known = new Set(["ending", ...rulesOf(check).map(({ fact }) => fact)]);
	const grouped = groups.flatMap(({ facts }) => facts);
	const titles = groups.map(({ title }) => title);
	const isCount = (points: number) => Number.isInteger(points) && points > 0;
	const beside = groups.flatMap(({ onlyWith = [] }) => onlyWith);
	const titlesOfDependent = groups.filter(({ onlyWith }) => onlyWith !== undefined).map(({ title }) => title);
	return [
		proof("passing the lesson is worth points", isCount(weight) ? [] : ["give check.ts a weight, such as 10"]),
		proof("each group of facts is worth points", [
			...(groups.length === 0 ? ["name in check.ts what the points are for: groups"] : []),
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
			...beside.filter((title) => !titles.includes(title)).map((title) => `there is no group ${title}`),
		]),
		// Otherwise two groups could need each other, and the last group, of the remaining facts, could have nothing to
		// stand beside.
		proof(
			"onlyWith names groups that have no onlyWith themselves",
			beside
				.filter((title) => titlesOfDependent.includes(title))
				.map((title) => `${title} has an onlyWith of its own: name what it stands beside instead`),
		),
	];
}

const repeated = (names: readonly string[]) => names.filter((name, index) => names.indexOf(name) !== index);
