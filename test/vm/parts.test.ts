import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit, readText } from "../../harness/base/kit.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.accelerator());
afterAll(() => Promise.all([machines.close(), files.remove()]));

const LESSON = await findLesson("09");
const SKELETON = await readText(inKit("lessons", LESSON.id, "image.ts"));
const SOLUTION = await readText(inKit("solutions", LESSON.id, "image.ts"));

const functionIn = (text: string, name: string): string =>
	new RegExp(`^export function ${name}\\b.*?^}$`, "ms").exec(text)?.[0] ?? expect.fail(`no function ${name}`);

/** The solution, but with the skeleton's code for the second half. */
const firstHalf = ["buildImage", "openImage"].reduce(
	(text, name) => text.replace(functionIn(text, name), () => functionIn(SKELETON, name)),
	`import { copyFileSync } from "node:fs";\nimport { dirname } from "node:path";\n${SOLUTION}`,
);

async function judged(text: string) {
	const verdict = await judge(LESSON, await files.write("image.ts", text), machines, { types: false });
	const diagnoses = verdict.findings.map(({ diagnosis }) => diagnosis);
	return { diagnosis: diagnoses[0], more: diagnoses.slice(1), parts: verdict.parts.map(({ state }) => state) };
}

test("lesson 09 judges its first half before the second is written", async () => {
	expect(await judged(firstHalf)).toMatchObject({ diagnosis: "no-manifest", parts: ["right", "not written yet"] });
});

test("lesson 09 also judges the files gathered for programs that never run", async () => {
	const wrong = firstHalf.replace("address - (loaded?.vaddr ?? 0) + (loaded?.offset ?? 0)", "address");
	expect(wrong).not.toBe(firstHalf);
	expect(await judged(wrong)).toMatchObject({
		diagnosis: "address-taken-for-offset",
		parts: ["not right yet", "not written yet"],
	});
});

test("lesson 09 judges its first half while buildImage throws", async () => {
	const throwing = SOLUTION.replace("mkdirSync(", "void (");
	expect(throwing).not.toBe(SOLUTION);
	expect(await judged(throwing)).toMatchObject({ diagnosis: "blob-not-there", parts: ["right", "not judged"] });

	const wrong = throwing.replace("address - (loaded?.vaddr ?? 0) + (loaded?.offset ?? 0)", "address");
	expect(await judged(wrong)).toMatchObject({
		diagnosis: "blob-not-there",
		more: expect.arrayContaining(["address-taken-for-offset"]),
		parts: ["not judged", "not judged"],
	});
});
