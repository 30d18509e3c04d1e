import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type ClassOptions, classRules } from "../../../../harness/classroom/class/class-file.ts";
import { classList } from "../../../../harness/classroom/class/class-list.ts";
import { latenessOf, pointsOf } from "../../../../harness/classroom/results/scoring.ts";
import { folderKind } from "../../../../harness/classroom/submissions/folder-kind.ts";
import { lessons } from "../../../../harness/judge/lessons.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
let made = 0;

/** The rules of a class whose file has this text. */
async function rulesOf(text: string | null, options: ClassOptions = {}, nowMs?: number) {
	const dir = join(files.dir, `class-${made++}`);
	await files.write(join(dir.slice(files.dir.length + 1), "alice/isolate.ts"), "");
	if (text !== null) await writeFile(join(dir, "drydock.class.yaml"), text);
	return { dir, rules: await classRules(dir, options, nowMs) };
}

const ALL = `
lessons: [02, pivot-root]
points: { 02: 20, "04": 30.5 }
scoring: all-or-nothing
deadline: 2026-11-30T23:59:00+01:00
late: { percentPerDay: 10, graceMinutes: 5 }
visibility: after_due_date
`;
const DEADLINE_MS = Date.UTC(2026, 10, 30, 22, 59);

describe("the class file", () => {
	test("says lessons, points, scoring, deadline, late rule and visibility", async () => {
		const { rules } = await rulesOf(ALL);
		expect(rules).toMatchObject({
			...{ lessons: ["02-unshare", "04-pivot-root"], scoring: "all-or-nothing", deadlineMs: DEADLINE_MS },
			late: { percentPerDay: 10, percentMax: 100, graceMinutes: 5 },
			visibility: "after_due_date",
		});
		expect([...rules.points]).toEqual([
			["02-unshare", 20],
			["04-pivot-root", 30.5],
		]);
	});

	test("need not be there, and each option goes before its entry", async () => {
		expect((await rulesOf(null)).rules).toMatchObject({ lessons: null, scoring: "groups", visibility: "visible" });
		const options = { lesson: "03", scoring: "groups", points: "03=7", late: "50", deadline: "2026-12-01T00:00Z" };
		const { rules } = await rulesOf(ALL, options);
		expect(rules).toMatchObject({ lessons: ["03-chroot"], scoring: "groups", late: { percentPerDay: 50 } });
		expect([...rules.points]).toEqual([["03-chroot", 7]]);
		expect(rules.deadlineMs).toBe(Date.UTC(2026, 11, 1));
	});

	test("results are hidden until a date", async () => {
		const text = "visibleFrom: 2026-12-02T08:00:00Z";
		const from = Date.UTC(2026, 11, 2, 8);
		expect((await rulesOf(text, {}, from - 1)).rules.visibility).toBe("hidden");
		expect((await rulesOf(text, {}, from)).rules.visibility).toBe("visible");
	});

	test.each([
		["another entry", "lesson: 02", "lesson"],
		["a lesson that does not exist", "lessons: [77]", "77"],
		["a time without a time zone", "deadline: 2026-11-30T23:59:00", "time zone"],
		["points below zero", "points: { 02: -1 }", "points.2"],
		["a late rule of more than everything", "late: { percentPerDay: 120 }", "late.percentPerDay"],
		["no YAML", "a: [", "drydock.class.yaml"],
		["a list", "- 02", "drydock.class.yaml"],
		[
			"a bomb of aliases",
			`a: &a [x, x]\nb: &b [${"*a, ".repeat(99)}]\nc: [${"*b, ".repeat(99)}]`,
			"drydock.class.yaml",
		],
	])("%s is wrong usage, and the message names it", async (_what, text, named) => {
		await expect(rulesOf(text)).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining(named) });
	});

	test.each<[string, ClassOptions]>([
		["--scoring", { scoring: "half" }],
		["--points", { points: "02" }],
		["--late", { late: "ten" }],
		["--deadline", { deadline: "tomorrow" }],
		["--visibility", { visibility: "me" }],
		["--class", { class: "/nowhere.yaml" }],
	])("a wrong %s is wrong usage", async (_name, options) => {
		await expect(rulesOf(null, options)).rejects.toMatchObject({ kind: "usage" });
	});

	test("of a single submission is not read: its owner could give themselves points", async () => {
		const { dir } = await rulesOf("points: { 02: 1000000 }");
		expect((await classRules(null, {})).points.size).toBe(0);
		expect((await classRules(null, { class: join(dir, "drydock.class.yaml") })).points.size).toBe(1);
	});
});

describe("the roster", () => {
	const listed = async (roster: string, more = "", names: readonly string[] = ["alice", "Bob Ray_17", "eve"]) => {
		const dir = join(files.dir, `roster-${made++}`);
		for (const name of names) await files.write(join(dir.slice(files.dir.length + 1), name, "isolate.ts"), "");
		await writeFile(join(dir, "roster.csv"), roster);
		await writeFile(join(dir, "drydock.class.yaml"), `roster: roster.csv\n${more}`);
		const all = await lessons();
		return classList(dir, all, await folderKind(dir, all), await classRules(dir, {}));
	};

	test("everybody who has handed in nothing is listed, and a stranger is named", async () => {
		const { candidates, persons, warnings } = await listed(
			'\ufeffid,name,mail\r\n1,Alice,alice\r\n17,Bob Ray,bob@example.org\r\n18,"Carol, C.",carol@example.org\r\n',
		);
		expect(candidates.map(({ name }) => name)).toEqual(["18", "Bob Ray_17", "alice", "eve"]);
		expect([...persons].map(([name, { id }]) => [name, id])).toEqual([
			["18", "18"],
			["Bob Ray_17", "17"],
			["alice", "1"],
			["eve", null],
		]);
		expect(warnings).toEqual(["eve: not in the roster, but graded anyway"]);
		expect((await candidates[0]?.open())?.folder.files.size).toBe(0);
	});

	test("says who is late, and it is said of how many nobody knows", async () => {
		const { persons, warnings } = await listed(
			"id,submitted\nalice,2026-11-30T23:30:00Z\neve,2026-11-30T22:00:00Z\nBob Ray_17,\n",
			"deadline: 2026-11-30T22:59:00Z\nlate: { percentPerDay: 10 }",
		);
		expect(persons.get("alice")?.late).toEqual({ isLate: true, minutes: 31, percentOff: 10 });
		expect(persons.get("eve")?.late).toEqual({ isLate: false, minutes: 0, percentOff: 0 });
		expect(persons.get("Bob Ray_17")?.late).toBeNull();
		expect(warnings).toEqual([expect.stringMatching(/^nobody knows when 1 submission came/)]);
	});

	test("a time of somebody who has handed in nothing does not hide a submission without a time", async () => {
		const { warnings } = await listed(
			"id,submitted\nalice,2026-11-30T22:00:00Z\neve,2026-11-30T22:00:00Z\nBob Ray_17,\nzoe,2026-11-30T22:00:00Z\n",
			"deadline: 2026-11-30T22:59:00Z",
		);
		expect(warnings).toEqual([expect.stringMatching(/^nobody knows when 1 submission came/)]);
	});

	const DEADLINE = "deadline: 2026-11-30T17:00:00+01:00";
	/** Each submission's line in the roster, and how many minutes after the deadline it came. */
	const minutesIn = ({ persons }: Awaited<ReturnType<typeof listed>>) =>
		Object.fromEntries([...persons].map(([name, { id, late }]) => [name, [id, late?.minutes ?? null]]));

	test("may be Moodle's grading worksheet: its times have the deadline's time zone", async () => {
		const moodle = await listed(
			`Identifier,"Full name","Email address",Status,Grade,"Last modified (submission)"
			"Participant 11","Jane Doe",j1@example.org,"Submitted for grading",,"Monday, 30 November 2026, 4:59 PM"
			"Participant 12","Jane Doe",j2@example.org,"Submitted for grading",,"Monday, 30 November 2026, 5:05 PM"
			"Participant 13","Carol C.",c@example.org,"No submission",,-`.replaceAll(/^\t+/gm, ""),
			DEADLINE,
			["Jane Doe_11_assignsubmission_file_", "Jane Doe_12_assignsubmission_file_"],
		);
		expect(minutesIn(moodle)).toEqual({
			"Jane Doe_11": ["Participant 11", 0],
			"Jane Doe_12": ["Participant 12", 5],
			"Participant 13": ["Participant 13", null],
		});
		expect(moodle.warnings).toEqual([]);
	});

	test("may be GitHub Classroom's grades: its first columns are the same for everybody", async () => {
		const row = (user: string, time: string) =>
			`unshare,u,s,${user},${user}@example.org,unshare-${user},r,${time},0,10`;
		const github = await listed(
			`assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,student_repository_url,submission_timestamp,points_awarded,points_available
${row("alice", "2026-11-30 15:59:00 UTC")}\n${row("bob", "2026-11-30T16:10:00Z")}\n${row("carol", "")}`,
			DEADLINE,
			["unshare-alice", "unshare-bob"],
		);
		expect(minutesIn(github)).toEqual({
			"unshare-alice": ["alice", 0],
			"unshare-bob": ["bob", 10],
			carol: ["carol", null],
		});
		expect(github.warnings).toEqual([]);
	});

	test("may be Canvas's gradebook: it has no times, and the files' names say only who is late", async () => {
		const canvas = await listed(
			'Student,ID,SIS Login ID,Section,unshare\n    Points Possible,,,,10\n"Doe, Jane",777,jane,A,\n"Roe, Rita",778,rita,A,\n',
			`${DEADLINE}\nlate: { percentPerDay: 10 }`,
			["doejane_LATE_777_1_isolate", "roerita_778_2_isolate"],
		);
		expect(minutesIn(canvas)).toEqual({ doejane_777: ["Doe, Jane", null], roerita_778: ["Roe, Rita", null] });
		expect(canvas.persons.get("doejane_777")?.late).toMatchObject({ isLate: true, percentOff: 10 });
		expect(canvas.warnings).toEqual([]);
	});

	test("need not say what Blackboard and Brightspace write into a name, and goes before it", async () => {
		const names = ["HW_jdoe_attempt_2026-11-30-17-05-00_isolate", "1-2 - Ann Roe - Nov 30, 2026 459 PM - isolate"];
		const named = minutesIn(await listed("id\njdoe\nAnn Roe\n", DEADLINE, names));
		expect(named).toEqual({ jdoe: ["jdoe", 5], "Ann Roe_1": ["Ann Roe", 0] });
		const told = minutesIn(await listed("id,submitted\njdoe,2026-11-30 17:01\nAnn Roe,\n", DEADLINE, names));
		expect(told).toEqual({ jdoe: ["jdoe", 1], "Ann Roe_1": ["Ann Roe", 0] });
	});

	test("with several lines for one person: a warning says so, and nobody vanishes", async () => {
		const { candidates, warnings } = await listed("id\nalice\nalice\nzoe\n", "", ["alice"]);
		expect(candidates.map(({ name }) => name)).toEqual(["alice", "zoe"]);
		expect(warnings).toContainEqual(expect.stringMatching(/^alice: the roster has several lines/));
	});

	test.each([
		["nothing", ""],
		["only a header", "id,name\n"],
		["no CSV", 'id\n"a'],
		["a time that is none", "id,submitted\nalice,yesterday\n"],
	])("with %s is wrong usage", async (_what, text) => {
		await expect(listed(text)).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining("roster") });
	});

	test("a name that leads out of a folder is only a name", async () => {
		const { candidates } = await listed("id\n../../etc/passwd\n", "", ["alice"]);
		expect(candidates.map(({ name }) => name)).toEqual([".._.._etc_passwd", "alice"]);
	});
});

describe("points", () => {
	const groups = [
		{ title: "a", points: 6, pointsMax: 6 },
		{ title: "b", points: 0, pointsMax: 4 },
	];
	const late = { isLate: true, minutes: 1, percentOff: 25 };
	test.each([
		["of a pass are all", "pass", "groups", null, 20],
		["of a part are its share", "fail", "groups", null, 12],
		["of a part are nothing, if only a pass counts", "fail", "all-or-nothing", null, 0],
		["are fewer for a late submission", "fail", "groups", late, 9],
		["of nothing are none", "missing", "groups", null, 0],
		["are unknown if it could not be judged", "error", "groups", late, null],
	] as const)("%s", (_what, status, scoring, percent, expected) => {
		expect(pointsOf({ status, groups }, 20, scoring, percent)).toBe(expected);
	});

	test("a day begins with its first minute, after the grace period, and there is a maximum", () => {
		const rule = { percentPerDay: 30, percentMax: 50, graceMinutes: 10 };
		const after = (minutes: number) => latenessOf({ submittedMs: minutes * 60_000, isLate: null }, 0, rule);
		expect([0, 10, 11, 10 + 1440, 11 + 1440].map((minutes) => after(minutes)?.percentOff)).toEqual([0, 0, 30, 30, 50]);
		expect([-5, 10, 11].map((minutes) => after(minutes))).toMatchObject([
			{ isLate: false, minutes: 0 },
			{ isLate: false, minutes: 10 },
			{ isLate: true, minutes: 11 },
		]);
		expect(latenessOf({ submittedMs: null, isLate: true }, 0, rule)).toMatchObject({ minutes: null, percentOff: 30 });
		expect(latenessOf({ submittedMs: null, isLate: null }, 0, rule)).toBeNull();
	});
});
