import { describe, expect, test } from "vitest";
import { provePoints } from "../../../harness/dev/points-proof.ts";
import type { Check, FactGroup } from "../../../harness/judge/check.ts";
import { rulesOf } from "../../../harness/judge/common.ts";
import { groupResults, groupsOf, REMAINING } from "../../../harness/judge/groups.ts";
import { lessons, loadCheck } from "../../../harness/judge/lessons.ts";
import type { Facts } from "../../../harness/judge/values.ts";

const groups: FactGroup[] = [
	{ title: "a name", points: 4, facts: ["ns.uts", "command.hostname"] },
	{ title: "queues", points: 3, facts: ["ns.ipc"] },
	{ title: "nothing else", points: 1, facts: ["ns.net"], onlyWith: ["a name", "queues"] },
];
const check: Pick<Check, "exported" | "facts" | "groups" | "weight"> = {
	...{ exported: "isolate", weight: 10, groups },
	facts: groups.flatMap(({ facts }) => facts).map((fact) => ({ fact, madeOf: "kernel", what: fact, explain: [] })),
};
const common = Object.fromEntries(rulesOf(check).map(({ fact }) => [fact, "right"]));
const RIGHT: Facts = { ...common, "command.ran": true, ending: "returned 0" };

/** Points of each group, for an exercise with these wrong facts. The first one is the finding. */
function pointsOf(wrong: Facts, finding = Object.keys(wrong)[0]): number[] {
	const findings = finding === undefined ? [] : [{ fact: finding }];
	return groupResults(check, { facts: { ...RIGHT, ...wrong } }, RIGHT, findings).map(({ points }) => points);
}

describe("the points for groups of facts", () => {
	test("an exercise that passes gets all of them, also if a rule accepts another value", () => {
		expect(pointsOf({})).toEqual([4, 3, 1, 2]);
		expect(groupResults(check, { facts: { ...RIGHT, "ns.ipc": "also right" } }, RIGHT, [])[1]?.points).toBe(3);
	});

	test("a group with a wrong fact gets none, the others get theirs", () => {
		expect(pointsOf({ "command.hostname": "wrong" })).toEqual([0, 3, 1, 2]);
		expect(pointsOf({ "ns.ipc": "the host's", "ns.net": "new" })).toEqual([4, 0, 0, 2]);
	});

	test("what the skeleton has right as well counts only beside something that was built", () => {
		expect(pointsOf({ "ns.uts": "the host's", "ns.ipc": "the host's" })).toEqual([0, 0, 0, 0]);
	});

	test("what could not be read gets no points", () => {
		const { "ns.ipc": _, ...read } = RIGHT;
		expect(groupResults(check, { facts: read }, RIGHT, [{ fact: "ns.ipc" }]).map(({ points }) => points)).toEqual([
			...[4, 0, 1, 2],
		]);
	});

	test("a command that never ran is a wrong ending", () => {
		expect(pointsOf({ "command.ran": false }, "ending")).toEqual([4, 3, 1, 0]);
	});

	test("a finding about the whole run leaves no points", () => {
		expect(pointsOf({ "ns.ipc": "the host's" }, "machine")).toEqual([0, 0, 0, 0]);
		expect(pointsOf({}, "questions")).toEqual([0, 0, 0, 0]);
	});
});

describe.each(await lessons())("$id", (lesson) => {
	test("every fact is in exactly one group, and the groups have all the points", async () => {
		const check = await loadCheck(lesson);
		const all = groupsOf(check);
		const facts = ["ending", ...rulesOf(check).map(({ fact }) => fact)];
		expect(all.flatMap(({ facts }) => facts).sort()).toEqual(facts.sort());
		expect(all.reduce((sum, { points }) => sum + points, 0)).toBe(check.weight);
		expect(all.at(-1)?.title).toBe(REMAINING);
	});

	test("its points can be given", async () => {
		expect(provePoints(await loadCheck(lesson)).filter(({ holds }) => !holds)).toEqual([]);
	});
});

test("points that cannot be given are reported", async () => {
	const wrongIn = (changes: Partial<Check>) =>
		provePoints({ ...(check as Check), ...changes }).flatMap(({ fix }) => fix ?? []);
	expect(wrongIn({})).toEqual([]);
	expect(wrongIn({ groups: [] })).toEqual(["add groups to check.ts: they say what the points are for"]);
	expect(wrongIn({ weight: 8 })).toEqual([`${REMAINING}: 0 of 8`]);
	expect(wrongIn({ groups: [...groups, { title: "a name", points: 1, facts: ["ns.uts", "no.fact"] }] })).toEqual([
		"there is no rule for no.fact; ns.uts is in two groups",
		"two groups have the title a name",
	]);
	expect(wrongIn({ groups: [{ title: "x", points: 1, facts: ["ns.uts"], onlyWith: ["y"] }] })).toEqual([
		"there is no group y",
	]);
	expect(wrongIn({ groups: [{ title: "x", points: 1, facts: [] }] })).toEqual([
		"x has no facts, so it is always right",
	]);
	const [name, queues, nothing] = groups as [FactGroup, FactGroup, FactGroup];
	expect(wrongIn({ groups: [name, { ...queues, onlyWith: [nothing.title] }, nothing] })).toEqual([
		"nothing else has an onlyWith of its own: name a group without one instead; queues has an onlyWith of its own: name a group without one instead",
	]);
});
