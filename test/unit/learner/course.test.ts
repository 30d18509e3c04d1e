import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { lessonKey } from "../../../harness/base/depends-on.ts";
import type { Finding } from "../../../harness/judge/compare.ts";
import type { Verdict } from "../../../harness/judge/judge.ts";
import { findLesson, lessons, skeletonOf } from "../../../harness/judge/lessons.ts";
import {
	changedLessons,
	currentLesson,
	editedLessons,
	lastAttempt,
	logbook,
	passedLessons,
	recordAttempt,
	recordHints,
	recordSolutionShown,
	selectLesson,
} from "../../../harness/learner/course.ts";
import { LOGBOOK, type Logbook, recordOf } from "../../../harness/learner/logbook.ts";
import { temporary } from "../../support/temporary.ts";
import { failedAttempt, logbookWith, passedRecord } from "../../support/workspace.ts";

const files = await temporary();
afterEach(() => vi.restoreAllMocks());
afterAll(() => files.remove());

const first = await findLesson("01");
const second = await findLesson("02");
const PASS: Pick<Verdict, "verdict" | "findings"> = { verdict: "pass", findings: [] };
const FAIL: Pick<Verdict, "verdict" | "findings"> = { verdict: "fail", findings: [] };

/** Makes a workspace with this logbook, and works there. */
async function working(book: Logbook): Promise<string> {
	const dir = await mkdtemp(join(files.dir, "workspace-"));
	await writeFile(join(dir, LOGBOOK), JSON.stringify(book));
	vi.spyOn(process, "cwd").mockReturnValue(dir);
	return dir;
}
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const record = async (lesson = first) => recordOf(await logbook(), lesson);

describe("currentLesson", () => {
	test("is the first that has not been passed", async () => {
		await working(logbookWith({ "01-process": passedRecord(), "03-chroot": passedRecord() }));
		expect((await currentLesson()).id).toBe("02-unshare");
		expect(await passedLessons()).toEqual(new Set(["01-process", "03-chroot"]));
	});

	test("is the selected one, even if it has been passed", async () => {
		await working(logbookWith({ "01-process": passedRecord() }));
		await selectLesson(first);
		expect((await currentLesson()).id).toBe("01-process");
	});

	test("is not a selected lesson that no longer exists", async () => {
		await working(logbookWith({}, "42-submarine"));
		expect((await currentLesson()).id).toBe("01-process");
	});

	test("is the last one when all have been passed", async () => {
		const all = await lessons();
		await working(logbookWith(Object.fromEntries(all.map(({ id }) => [id, passedRecord()]))));
		expect(await currentLesson()).toEqual(all.at(-1));
	});
});

describe("recordAttempt", () => {
	test("the current lesson stays the current one when it passes, or when another lesson passes", async () => {
		await working(logbookWith({}));
		await recordAttempt(second, PASS);
		expect(await currentLesson()).toEqual(first);
		await recordAttempt(first, FAIL);
		expect((await logbook()).selected).toBeNull();
		await recordAttempt(first, PASS);
		expect(await currentLesson()).toEqual(first);
	});

	test("counts attempts until the first pass, and keeps the time of that pass", async () => {
		await working(logbookWith({}));
		await recordAttempt(first, FAIL);
		await recordAttempt(first, PASS);
		const { passed, attempts } = await record();
		expect({ attempts, judgedBy: passed?.judgedBy }).toEqual({ attempts: 2, judgedBy: await lessonKey(first.id) });
		await recordAttempt(first, FAIL);
		expect(await record()).toMatchObject({ passed, attempts: 2, lastAttempt: { verdict: "fail" } });
	});

	test("a check that could not judge the module leaves the logbook as it was", async () => {
		await working(logbookWith({ "01-process": { attempts: 1, lastAttempt: failedAttempt() } }));
		const before = await logbook();
		await recordAttempt(first, { verdict: "error", findings: [] });
		expect(await logbook()).toEqual(before);
	});

	test("a failed check of the unchanged skeleton is no attempt", async () => {
		const dir = await working(logbookWith({}));
		const module = join(dir, "01-process/process.ts");
		await mkdir(join(dir, "01-process"));
		const skeleton = await readFile(await skeletonOf(first), "utf8");
		await writeFile(module, skeleton);
		await recordAttempt(first, FAIL);
		expect(await record()).toMatchObject({ attempts: 0, lastAttempt: null });
		await writeFile(module, `${skeleton}\n`);
		await recordAttempt(first, FAIL);
		expect(await record()).toMatchObject({ attempts: 1 });
	});

	test("keeps the parts of the findings that a hint and a comparison need", async () => {
		await working(logbookWith({}));
		expect(await lastAttempt(first)).toBeNull();
		const [finding] = failedAttempt().findings;
		const whole: Finding = { ...finding, expected: "new", got: "the host's", explanation: "…" } as Finding;
		await recordAttempt(first, { verdict: "fail", findings: [whole] });
		expect(await lastAttempt(first)).toEqual({ at: expect.any(String), verdict: "fail", findings: [finding] });
		expect(await lastAttempt(second)).toBeNull();
	});

	test.each([
		["the first of all", {}, 0],
		["after 5 min", { "01-process": { lastAttempt: failedAttempt(minutesAgo(5)) } }, 5],
		["after 5 min of another lesson's", { "02-unshare": { lastAttempt: failedAttempt(minutesAgo(5)) } }, 5],
		["after a night", { "01-process": { lastAttempt: failedAttempt(minutesAgo(600)), spentMs: 60_000 } }, 16],
		["before the last one, by the clock", { "01-process": { lastAttempt: failedAttempt(minutesAgo(-60)) } }, 0],
	])("time spent [%s] is counted in minutes at most a quarter of an hour", async (_, records, minutes) => {
		await working(logbookWith(records));
		await recordAttempt(first, FAIL);
		const { spentMs } = await record();
		expect(Math.round(spentMs / 60_000)).toBe(minutes);
	});

	test("attempts at the same time are all counted", async () => {
		await working(logbookWith({}));
		await Promise.all([first, second, first, second].map((lesson) => recordAttempt(lesson, FAIL)));
		expect([(await record(first)).attempts, (await record(second)).attempts]).toEqual([2, 2]);
	});
});

test("hints are counted up, never down", async () => {
	await working(logbookWith({}));
	for (const shown of [1, 2, 1]) await recordHints(first, shown);
	expect((await record()).hintsShown).toBe(2);
});

test("the first look at a solution is kept", async () => {
	await working(logbookWith({ "01-process": { solutionShownAt: "2026-01-01T00:00:00.000Z" } }));
	await recordSolutionShown(first);
	await recordSolutionShown(second);
	expect((await record()).solutionShownAt).toBe("2026-01-01T00:00:00.000Z");
	expect(Date.parse((await record(second)).solutionShownAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
});

test("a passed lesson whose check has changed since counts as changed until it is passed again", async () => {
	const now = await lessonKey(second.id);
	await working(
		logbookWith({
			"01-process": passedRecord("something else"),
			"02-unshare": passedRecord(now),
			"03-chroot": passedRecord(),
		}),
	);
	expect(await changedLessons()).toEqual(new Set(["01-process"]));
	expect(await passedLessons()).toContain("01-process");
	await recordAttempt(first, PASS);
	expect(await changedLessons()).toEqual(new Set());
	expect((await record()).passed?.at).toBe("2026-01-01T00:00:00.000Z");
});

test("an edited module does not count as passed until it passes again or is restored", async () => {
	const dir = await working(logbookWith({ "02-unshare": passedRecord() }));
	const file = join(dir, "01-process/process.ts");
	const edit = async (text: string) => {
		await mkdir(join(dir, "01-process"), { recursive: true });
		await writeFile(file, text);
		return editedLessons();
	};
	await edit("one");
	await recordAttempt(first, PASS);
	expect(await editedLessons()).toEqual(new Set());
	expect(await edit("two")).toEqual(new Set(["01-process"]));
	await recordAttempt(first, FAIL);
	expect(await edit("two")).toEqual(new Set(["01-process"]));
	expect(await edit("one")).toEqual(new Set());
	await edit("three");
	await recordAttempt(first, PASS);
	expect(await editedLessons()).toEqual(new Set());
});
