import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Check } from "../../harness/grade/check.ts";
import { inKit } from "../../harness/kit.ts";
import { lessons, loadCheck } from "../../harness/lessons.ts";

const README = readFileSync(inKit("test/hostile/README.md"), "utf8");
const checks: [lesson: string, check: Check][] = await Promise.all(
	(await lessons()).map(async (lesson) => [lesson.id.slice(0, 2), await loadCheck(lesson)] as [string, Check]),
);

// "| 02 `ns.uts` | kernel | nobody: links in `/proc/PID/ns` |"
const rows = [...README.matchAll(/^\| (\d\d) `([^`]+)` *\| (\w+) *\| (.*?) *\|$/gm)];

test("the list of what each fact is made of has every fact of every check, and no other", () => {
	const listed = rows.map(([, lesson, fact, madeOf]) => `${lesson} ${fact}: ${madeOf}`);
	const declared = checks.flatMap(([lesson, { facts }]) =>
		facts.map(({ fact, madeOf }) => `${lesson} ${fact}: ${madeOf}`),
	);
	expect(listed.toSorted()).toEqual(declared.toSorted());
});

test("it says of every fact who could have written it: of what is read from the kernel, nobody", () => {
	const odd = rows.filter(
		([, , , madeOf, who = ""]) => who.length < 8 || (madeOf === "kernel") !== /^nobody\b/.test(who),
	);
	expect(odd.map(([row]) => row)).toEqual([]);
});

test.each(checks)("lesson %s does not pass on the exercise's own word alone", (_, { facts }) => {
	expect(facts.filter(({ madeOf }) => madeOf !== "exercise")).not.toEqual([]);
});
