import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exists } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson, lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { mutantsOf, sampleOf } from "../support/mutants.ts";
import { temporary } from "../support/temporary.ts";

// A solution with one mistake must fail, unless the mistake makes no difference: then test/mutants/ says why. A lesson
// may have dozens of mutants. `npm run mutants` runs them all, and every other run a few of each lesson.
const PLAYED = process.env["DRYDOCK_MUTANTS"] === "all" ? Number.POSITIVE_INFINITY : 5;

const LESSONS = await Promise.all(
	(await lessons()).map(async (lesson) => {
		const { module } = await loadCheck(lesson);
		const source = await readFile(inKit("solutions", lesson.id, module), "utf8");
		return { id: lesson.id, module, mutants: await mutantsOf(source), harmless: await harmlessOf(lesson.id) };
	}),
);

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.accelerator());
afterAll(async () => {
	await machines.close();
	await files.remove();
});

describe.each(LESSONS)("$id", ({ id, module, mutants, harmless }) => {
	for (const [index, { description, code }] of sampleOf([...mutants.entries()], PLAYED)) {
		const reason = harmless[description];
		test.concurrent(`${description} ${reason === undefined ? "fails" : `passes, as ${reason}`}`, async () => {
			const dir = join(files.dir, `${id}-${index}`);
			await cp(inKit("solutions", id), dir, { recursive: true });
			await writeFile(join(dir, module), code);
			const { verdict } = await judge(await findLesson(id), join(dir, module), machines, { types: false });
			expect(verdict).toBe(reason === undefined ? "fail" : "pass");
		});
	}

	test("every mutant that is said to be harmless exists", () => {
		const known = new Set(mutants.map(({ description }) => description));
		expect(Object.keys(harmless).filter((description) => !known.has(description))).toEqual([]);
	});
});

/** Descriptions of the mutants that pass, each with the reason why it is as good as the solution. */
async function harmlessOf(id: string): Promise<Record<string, string>> {
	const path = inKit("test/mutants", `${id}.json`);
	return (await exists(path)) ? (JSON.parse(await readFile(path, "utf8")) as Record<string, string>) : {};
}
