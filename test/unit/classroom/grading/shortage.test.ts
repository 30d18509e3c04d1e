import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import { lessonsToGrade } from "../../../../harness/classroom/grading/grading.ts";
import { Journal } from "../../../../harness/classroom/grading/journal.ts";
import { gradeAll } from "../../../../harness/classroom/grading/rounds.ts";
import { temporary } from "../../../support/temporary.ts";

// A computer that has no more open files or memory at the moment when a right module is read. That must never become a
// verdict on the module.

const files = await temporary();
afterAll(() => files.remove());
const MODULE = await readFile(inKit("solutions/02-unshare/isolate.ts"), "utf8");
const lessons = await lessonsToGrade(["02"]);
/** No machine is needed: without its module, nothing runs. */
const machines = {
	imageKey: async () => "none",
	accelerator: async () => "tcg" as const,
	play: async () => Promise.reject(new Error("a machine was used")),
};

describe.each(["EMFILE", "ENFILE", "ENOMEM"])("%s", (code) => {
	test.each([1, 2, 3])("when the module is read for the %i. time is no verdict, and no points", async (time) => {
		let reads = 0;
		const read = async () => {
			reads += 1;
			if (reads >= time) throw Object.assign(new Error(`${code}: there are no more, open '/x'`), { code });
			return MODULE;
		};
		const folder = { files: new Map([["/isolate.ts", read]]), refused: new Map(), archives: new Map() };
		const [report] = await gradeAll(
			[
				{
					name: "a",
					isLate: null,
					submitted: null,
					open: async () => ({ name: "a", folder: { ...folder, isTruncated: false } }),
				},
			],
			{
				...{ lessons, machines, machinesAtOnce: 1, extraMachines: 0, pointsOf: () => null },
				journal: await Journal.open(join(files.dir, `${code}-${time}.jsonl`), false),
				...{ onResult: () => {}, onRetry: () => {} },
			},
		);
		expect(reads).toBe(time);
		expect(report?.results).toMatchObject([
			{ status: "error", finding: null, reason: expect.stringContaining(code), points: null },
		]);
	});
});
