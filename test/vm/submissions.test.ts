import { createHash, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { submissionsOf } from "../../harness/dev/submissions.ts";
import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson, lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { fileOf } from "../support/submissions.ts";
import { temporary } from "../support/temporary.ts";

// Runs all solutions, skeletons and right answers. Of the wrong answers, each run draws a tenth, because all of them
// would take longer than all other tests. `npm run submissions` runs them all. A seed repeats a draw.
const PLAYED_OF_WRONG = process.env["DRYDOCK_SUBMISSIONS"] === "all" ? 1 : 1 / 10;
const SEED = Number(process.env["DRYDOCK_SUBMISSIONS_SEED"] ?? randomInt(2 ** 31));

// For submissions that are written as differences.
const files = await temporary();
// For each lesson its submissions, and the diagnosis of the untouched skeleton.
const LESSONS = await Promise.all(
	(await lessons()).map(async ({ id }) => ({
		id,
		skeleton: readFileSync(inKit("test/submissions", id, "skeleton"), "utf8").trim(),
		wrong: await played(id, "wrong"),
		right: await played(id, "right"),
	})),
);

const machines = newMachinePool();
// Made here, so that no test's time includes it.
beforeAll(() => machines.accelerator());
afterAll(() => Promise.all([machines.close(), files.remove()]));

describe.each(LESSONS)(`$id (DRYDOCK_SUBMISSIONS_SEED=${SEED})`, ({ id, skeleton, wrong, right }) => {
	test.concurrent("the solution passes", async () => {
		const { module } = await checkOf(id);
		expect(summary(await verdictOn(id, inKit("solutions", id, module)))).toEqual({ verdict: "pass" });
	});

	test.concurrent(`the skeleton → "${skeleton}"`, async () => {
		const { module } = await checkOf(id);
		const verdict = await verdictOn(id, inKit("lessons", id, module));
		expect(summary(verdict)).toMatchObject({ verdict: "fail", diagnosis: skeleton });
		expect(verdict.typeErrors).toEqual([]);
	});

	for (const { name, file, diagnosis, misconception } of wrong.filter(({ name }) => isDrawn(`${id}/${name}`)))
		test.concurrent(`[${name}] → "${diagnosis}"`, async () => {
			const verdict = await verdictOn(id, file);
			expect(summary(verdict)).toEqual({
				verdict: "fail",
				diagnosis,
				...(misconception === undefined ? {} : { misconception }),
			});
		});

	for (const { name, file } of right)
		test.concurrent(`[${name}] passes`, async () => {
			expect(summary(await verdictOn(id, file))).toEqual({ verdict: "pass" });
		});

	test("every diagnosis that the check knows is some submission's first", async () => {
		const check = await checkOf(id);
		const known = [...check.facts.flatMap(({ explain }) => explain), ...check.exceptions];
		const shown = new Set([skeleton, ...wrong.map(({ diagnosis }) => diagnosis)]);
		expect(known.map(({ diagnosis }) => diagnosis).filter((diagnosis) => !shown.has(diagnosis))).toEqual([]);
	});
});

// Draws by name, so that a new submission does not change the draw of the others.
function isDrawn(name: string): boolean {
	const hash = createHash("sha256").update(`${SEED} ${name}`).digest();
	return hash.readUInt32BE() / 2 ** 32 < PLAYED_OF_WRONG;
}

async function played(id: string, kind: "right" | "wrong") {
	const all = await submissionsOf(id, kind);
	return Promise.all(all.map(async (submission) => ({ ...submission, file: await fileOf(submission, files) })));
}

const checkOf = async (id: string) => loadCheck(await findLesson(id));

// test/unit/submissions.test.ts checks all types at once.
const verdictOn = async (id: string, file: string) => judge(await findLesson(id), file, machines, { types: false });

/** The verdict, with the diagnosis of the first finding. */
function summary({ verdict, findings: [first] }: Verdict) {
	if (first === undefined) return { verdict };
	const { diagnosis, misconception } = first;
	return { verdict, diagnosis, ...(misconception === undefined ? {} : { misconception }) };
}
