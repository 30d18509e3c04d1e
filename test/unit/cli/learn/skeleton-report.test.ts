import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { skeletonReport } from "../../../../harness/cli/learn/skeleton-report.ts";
import { findLesson, lessons, skeletonOf } from "../../../../harness/judge/lessons.ts";
import { temporary } from "../../../support/temporary.ts";
import { logbookWith, workspaceIn } from "../../../support/workspace.ts";

const files = await temporary();
const lesson = await findLesson("01");
const skeleton = await readFile(await skeletonOf(lesson), "utf8");
let file = "";
beforeEach(async () => {
	const dir = await workspaceIn(files.dir, logbookWith({}), { "01-process/process.ts": skeleton });
	file = join(dir, "01-process/process.ts");
	vi.spyOn(process, "cwd").mockReturnValue(dir);
	vi.stubEnv("FORCE_COLOR", "0");
	return () => {
		vi.restoreAllMocks();
		vi.unstubAllEnvs();
	};
});
afterAll(() => files.remove());

test("the report on the unchanged skeleton says where to begin, also in plain text", async () => {
	const text = `${lesson.title} — not right yet

This is still the skeleton, so it does not count as an attempt. First do TODO(01.1).
read it      npx drydock read 01-process
edit it      01-process/process.ts
full report  npx drydock check 01-process --skeleton
`;
	expect(await skeletonReport(lesson, { verdict: "fail", file })).toBe(`✗ ${text}`);
	vi.stubEnv("DRYDOCK_PLAIN", "1");
	expect(await skeletonReport(lesson, { verdict: "fail", file })).toBe(text);
});

test("every lesson's skeleton has the TODO that its report names", async () => {
	for (const each of await lessons())
		expect(await readFile(await skeletonOf(each), "utf8")).toContain(`TODO(${each.id.slice(0, 2)}.1)`);
});

test("a skeleton with Windows line ends still counts as unchanged", async () => {
	await writeFile(file, skeleton.replaceAll("\n", "\r\n"));
	expect(await skeletonReport(lesson, { verdict: "fail", file })).toContain("still the skeleton");
});

test("there is no such report on a file that was changed, or for another verdict", async () => {
	expect(await skeletonReport(lesson, { verdict: "error", file })).toBe(null);
	expect(await skeletonReport(lesson, { verdict: "pass", file })).toBe(null);
	await writeFile(file, `${skeleton}\n`);
	expect(await skeletonReport(lesson, { verdict: "fail", file })).toBe(null);
});
