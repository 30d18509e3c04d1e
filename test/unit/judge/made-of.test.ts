import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import type { Check, FactRule } from "../../../harness/judge/check.ts";
import { rulesOf } from "../../../harness/judge/common.ts";
import { lessons, loadCheck } from "../../../harness/judge/lessons.ts";

const README = readFileSync(inKit("test/hostile/README.md"), "utf8");
const checks: [lesson: string, check: Check][] = await Promise.all(
	(await lessons()).map(async (lesson) => [lesson.id.slice(0, 2), await loadCheck(lesson)] as [string, Check]),
);

// A row of the table: "| 02 `ns.uts` | kernel | nobody: links in `/proc/PID/ns` |"
const rows = [...README.matchAll(/^\| (\d\d|every) `([^`]+)` *\| (\w+) *\| (.*?) *\|$/gm)];

test("the list of facts and their sources has every fact of every check, and no other", () => {
	const listed = rows.map(([, lesson, fact, madeOf]) => `${lesson} ${fact}: ${madeOf}`);
	const named = (lesson: string, rules: FactRule[]) => rules.map(({ fact, madeOf }) => `${lesson} ${fact}: ${madeOf}`);
	const declared = [
		"every ending: exercise",
		...named("every", rulesOf({ exported: "", facts: [] })),
		...checks.flatMap(([lesson, { facts }]) => named(lesson, facts)),
	];
	expect(listed.toSorted(), "the rows of the table in test/hostile/README.md").toEqual(declared.toSorted());
});

test("it says who could have written each fact: nobody, if the fact is read from the kernel", () => {
	const odd = rows.filter(
		([, , , madeOf, who = ""]) => who.length < 8 || (madeOf === "kernel") !== /^nobody\b/.test(who),
	);
	expect(odd.map(([row]) => row)).toEqual([]);
});

test.each(checks)("lesson %s does not pass on the exercise's own word alone", (_, { facts }) => {
	expect(facts.filter(({ madeOf }) => madeOf !== "exercise")).not.toEqual([]);
});
