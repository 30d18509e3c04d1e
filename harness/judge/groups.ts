import type { Check, Context, FactGroup } from "./check.ts";
import { rulesOf } from "./common.ts";
import type { Finding } from "./compare.ts";
import type { Facts } from "./values.ts";

/** The points that an exercise gets for a group of facts. The verdict does not depend on them. */
export interface GroupResult {
	title: string;
	/** Either 0 or `pointsMax`. */
	points: number;
	pointsMax: number;
}

type Grouped = Pick<Check, "exported" | "facts" | "groups" | "weight">;

/** Title of the group of the facts that are in no group of the check. */
export const REMAINING = "the call ends as it should, and leaves the host as it was";

/**
 * All groups of a check. The last one has every fact that is in no other group, and the points that remain. Even an
 * exercise that does nothing leaves the host as it was. So these points are given only if a group without `onlyWith` is
 * right, too.
 */
export function groupsOf(check: Grouped): FactGroup[] {
	const { groups, weight } = check;
	const grouped = new Set(groups.flatMap(({ facts }) => facts));
	const facts = ["ending", ...rulesOf(check).map(({ fact }) => fact)].filter((fact) => !grouped.has(fact));
	const built = groups.filter(({ onlyWith }) => onlyWith === undefined).map(({ title }) => title);
	const points = weight - groups.reduce((sum, group) => sum + group.points, 0);
	return [...groups, { title: REMAINING, points, facts, onlyWith: built }];
}

/**
 * Says which groups an exercise gets points for. An exercise that passes gets all points. Otherwise, all facts of a
 * group must be the same as the reference's. A different value that a rule accepts is not enough: mostly, the rule
 * accepts it because an earlier wrong fact kept this one from being judged.
 */
export function groupResults(
	check: Grouped,
	{ facts: got }: Pick<Context, "facts">,
	reference: Facts,
	findings: readonly Pick<Finding, "fact">[],
): GroupResult[] {
	const groups = groupsOf(check);
	const grouped = new Set(groups.flatMap(({ facts }) => facts));
	// A finding about the whole run, such as a lost machine, leaves nothing that can be relied on.
	const isReliable = findings.every(({ fact }) => grouped.has(fact));
	const isSame = (fact: string): boolean =>
		JSON.stringify(got[fact]) === JSON.stringify(reference[fact]) && (fact !== "ending" || isSame("command.ran"));
	const isRight = ({ facts, onlyWith }: FactGroup): boolean =>
		facts.every(isSame) &&
		(onlyWith?.some((title) => groups.some((group) => group.title === title && isRight(group))) ?? true);
	return groups.map((group) => {
		const isGiven = findings.length === 0 || (isReliable && isRight(group));
		return { title: group.title, points: isGiven ? group.points : 0, pointsMax: group.points };
	});
}
