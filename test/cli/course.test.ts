import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { lessons } from "../../harness/judge/lessons.ts";
import type { Logbook } from "../../harness/learner/logbook.ts";
import { drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";
import { bookIn, failedAttempt, halfway, logbookWith, passedRecord, workspaceIn } from "../support/workspace.ts";

// Every command is a process of its own, and the computer may be busy.
vi.setConfig({ testTimeout: 60_000 });
const files = await temporary();
afterAll(() => files.remove());
const workspace = (book: Logbook, contents: Record<string, string> = {}) => workspaceIn(files.dir, book, contents);
const all = await lessons();
const MINE = "export function isolate() {}\n";

describe("list", () => {
	test("shows passed, current and changed lessons, attempts and times, in 80 columns", async () => {
		const { stdout, code } = await drydockIn(await workspace(halfway()), "list");
		expect(stdout).toMatch(/^ ✓ 01-process +A command and its end: .* 2× {2}14 min$/m);
		expect(stdout).toMatch(/^ +has changed since you passed it: check it again$/m);
		expect(stdout).toMatch(/^› {2}02-unshare .* 3× {2}1 h 05 min$/m);
		expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
		expect(code).toBe(0);
	});

	test("--json says the same", async () => {
		const { stdout } = await drydockIn(await workspace(halfway()), "list", "--json");
		const document = JSON.parse(stdout);
		expect(document.lessons.slice(0, 2)).toMatchObject([
			{ id: "01-process", passed: true, current: false, attempts: 2, spentMs: 14 * 60_000, changed: true },
			{ id: "02-unshare", passed: false, current: true, attempts: 3, changed: false },
		]);
	});

	test("[the selected lesson has passed] says how to go on", async () => {
		const book = logbookWith({ "01-process": passedRecord() }, "01-process");
		expect((await drydockIn(await workspace(book), "list")).stdout).toMatch(
			/^Track 1 .*\n›✓ 01-process.*npx drydock next\n$/s,
		);
	});

	test("a damaged logbook is reported with the command that helps, exit code 2", async () => {
		const dir = await workspace(halfway());
		await writeFile(join(dir, "drydock.json"), "{");
		const { stderr, code } = await drydockIn(dir, "list");
		expect(stderr).toBe(
			`${dir}/drydock.json is damaged: it is not what drydock wrote\n  try: mv ${dir}/drydock.json ${dir}/drydock.json.damaged\n`,
		);
		expect(code).toBe(2);
	});
});

describe("status", () => {
	test("shows the current lesson, the last attempt's findings, and what to type", async () => {
		const { stdout, code } = await drydockIn(await workspace(halfway(), { "02-unshare/isolate.ts": MINE }), "status");
		expect(stdout).toContain("02-unshare/isolate.ts");
		expect(stdout).toContain(`1 of ${all.length} lessons passed`);
		expect(stdout).toMatch(/^┌╌ 02 hostname › ┬ {2}03 root · /);
		expect(stdout).toContain("3 times, 1 h 05 min, 1 hint");
		expect(stdout).toContain("not right yet: the command's UTS namespace");
		expect(stdout).toContain("01-process, since you passed it");
		expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
		expect(stdout).toMatch(/next +npx drydock hint 02-unshare$/m);
		expect(code).toBe(0);
	});

	test("--plain says in words which walls are built", async () => {
		const { stdout } = await drydockIn(await workspace(halfway()), "status", "--plain");
		expect(stdout).toMatch(/^walls +this lesson: 02 hostname; to come: 03 root, 04 mounts, /m);
		expect(stdout).not.toContain("┌");
	});

	test.each([
		["not begun", logbookWith({}), "npx drydock read 01-process"],
		["passed and still selected", logbookWith({ "01-process": passedRecord() }, "01-process"), "npx drydock next"],
		[
			"passed, and not right any more",
			logbookWith({ "01-process": { ...passedRecord(), lastAttempt: failedAttempt() } }, "01-process"),
			"npx drydock check 01-process",
		],
	])("--json [%s] says what to type", async (_, book, command) => {
		const dir = await workspace(book, { "01-process/process.ts": "" });
		const document = JSON.parse((await drydockIn(dir, "status", "--json")).stdout);
		expect(document).toMatchObject({ schemaVersion: 1, lesson: { id: "01-process" }, next: command });
	});

	test("without the learner's file, it suggests init", async () => {
		const document = JSON.parse((await drydockIn(await workspace(halfway()), "status", "--json")).stdout);
		expect(document.next).toBe("npx drydock init");
	});

	test.each(["shell", "inspect", "check"])(
		"%s without the learner's file says so, and suggests a command",
		async (command) => {
			const { stderr, code } = await drydockIn(await workspace(halfway()), command);
			expect(stderr).toMatch(/^your copy, .*, does not exist\n {2}try: npx drydock init\n$/);
			expect(code).toBe(2);
		},
	);
});

describe("finish", () => {
	test("[a lesson has not passed] names it, exit code 1", async () => {
		const { stderr, code } = await drydockIn(await workspace(halfway()), "finish");
		expect(stderr).toMatch(/^02-unshare has not passed yet\. .*\n {2}try: npx drydock check 02-unshare\n/);
		expect(code).toBe(1);
		const { stdout } = await drydockIn(await workspace(halfway()), "finish", "1", "--json");
		expect(JSON.parse(stdout)).toMatchObject({ track: { number: 1 }, passed: false, notPassed: "02-unshare" });
	});

	test("[a module was edited since it passed] names the lesson", async () => {
		const passed = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		const edited = { passed: { at: "2026-01-01T00:00:00.000Z", judgedBy: null, module: "another text" } };
		const dir = await workspace(logbookWith({ ...passed, "02-unshare": edited }), { "02-unshare/isolate.ts": MINE });
		expect((await drydockIn(dir, "finish", "1")).stderr).toMatch(/^02-unshare has been edited since it passed\. /);
	});

	test("[a passed module is gone] says so, and suggests a command, exit code 2", async () => {
		const passed = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		const { stderr, code } = await drydockIn(await workspace(logbookWith(passed)), "finish", "2");
		expect(stderr).toMatch(/^your copy, .*, does not exist\n {2}try: npx drydock init\n$/);
		expect(code).toBe(2);
	});

	test("--read shows the text that follows the finish; a track that does not exist is wrong usage", async () => {
		const dir = await workspace(halfway());
		expect((await drydockIn(dir, "finish", "--read")).stdout).toContain("What you built");
		expect(await drydockIn(dir, "finish", "7")).toMatchObject({ code: 2, stdout: "" });
	});
});

describe("next and select", () => {
	const selected = async (dir: string) => (await bookIn(dir)).selected;

	test("next [current not passed] refuses and says how to go on, exit code 1", async () => {
		const dir = await workspace(halfway());
		const { stderr, code } = await drydockIn(dir, "next");
		expect(stderr).toContain("npx drydock check 02-unshare");
		expect(stderr).toContain("npx drydock next --force");
		expect(code).toBe(1);
		expect(await selected(dir)).toBe(null);
		expect((await drydockIn(dir, "next", "--force")).code).toBe(0);
		expect(await selected(dir)).toBe("03-chroot");
	});

	test("next [current passed] goes to the next that has not passed", async () => {
		const book = logbookWith({ "01-process": passedRecord(), "02-unshare": passedRecord() }, "01-process");
		const dir = await workspace(book);
		expect((await drydockIn(dir, "next")).stdout).toContain("03 · ");
		expect(await selected(dir)).toBe("03-chroot");
	});

	test("next [none selected, the first not passed] refuses as well", async () => {
		const dir = await workspace(logbookWith({}));
		expect((await drydockIn(dir, "next")).code).toBe(1);
		expect(await selected(dir)).toBe(null);
	});

	test("next [no later lesson has to be passed] goes back to a lesson that was left out", async () => {
		const passed = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		const last = all.at(-1)?.id ?? "";
		const left = await workspace(logbookWith({ ...passed, "02-unshare": {} }, last));
		const back = `${last} is the last lesson: back to 02-unshare, which has not passed yet.\n\n02 · `;
		expect((await drydockIn(left, "next")).stdout).toContain(back);
		expect(await selected(left)).toBe("02-unshare");
		const before = await workspace(logbookWith({ ...passed, "02-unshare": {} }, "05-pid1"));
		expect((await drydockIn(before, "next")).stdout).toContain("All lessons after 05-pid1 have passed: back to 02-");
	});

	test("next --force [only this lesson is left] says so, and does not congratulate", async () => {
		const passed = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		const dir = await workspace(logbookWith({ ...passed, "05-pid1": {} }, "05-pid1"));
		const { stdout, stderr, code } = await drydockIn(dir, "next", "--force");
		expect(stdout).toBe("");
		expect(stderr).toBe("05-pid1 is the only lesson that has not passed yet.\n  try: npx drydock check 05-pid1\n");
		expect(code).toBe(1);
		expect(await selected(dir)).toBe("05-pid1");
	});

	test("[all have passed] next, status and list say that the track's finish comes now", async () => {
		const passed = Object.fromEntries(all.map(({ id }) => [id, passedRecord()]));
		const contents = Object.fromEntries(["09-scratch/image.ts"].map((path) => [path, MINE]));
		const dir = await workspace(logbookWith(passed, "09-scratch"), contents);
		const { stdout, code } = await drydockIn(dir, "next");
		expect(stdout).toMatch(/^That was the last one: .*\n.*\n {2}try: npx drydock finish\n$/);
		expect(code).toBe(0);
		expect((await drydockIn(dir, "status")).stdout).toMatch(
			/^track +1 · A container$[\s\S]*^next +npx drydock finish$/m,
		);
		expect((await drydockIn(dir, "list")).stdout).toMatch(
			/^Track 1 · A container\n[\s\S]*^finish +npx drydock finish$/m,
		);
	});

	test("select takes an id, and steps on and back", async () => {
		const dir = await workspace(halfway());
		await drydockIn(dir, "select", "pivot-root");
		expect(await selected(dir)).toBe("04-pivot-root");
		await drydockIn(dir, "select", "-1");
		expect(await selected(dir)).toBe("03-chroot");
		await drydockIn(dir, "select", "+1");
		expect(await selected(dir)).toBe("04-pivot-root");
	});

	test.each([
		["-1", all[0], "is the first lesson"],
		["+1", all.at(-1), "is the last lesson"],
		["99", all[0], "there is no lesson"],
	])("select %s beyond the lessons changes nothing, exit code 2", async (step, lesson, message) => {
		const dir = await workspace(logbookWith({}, lesson?.id));
		const { stderr, code } = await drydockIn(dir, "select", step);
		expect(stderr).toContain(message);
		expect(code).toBe(2);
		expect(await selected(dir)).toBe(lesson?.id);
	});
});
