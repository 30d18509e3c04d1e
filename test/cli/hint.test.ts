import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import type { Logbook } from "../../harness/learner/logbook.ts";
import { answerQuestion } from "../support/answer-question.ts";
import { drydockIn } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";
import { bookIn, failedAttempt, halfway, logbookWith, passedRecord, workspaceIn } from "../support/workspace.ts";

// Every command is a process of its own, and the computer may be busy.
vi.setConfig({ testTimeout: 60_000 });
const files = await temporary();
afterAll(() => files.remove());
const workspace = (book: Logbook, contents: Record<string, string> = {}) => workspaceIn(files.dir, book, contents);
const reference = await readFile(inKit("solutions/02-unshare/isolate.ts"), "utf8");
const MINE = "export function isolate() {}\n";
const read = (dir: string, name: string) => readFile(join(dir, name), "utf8");

describe("hint", () => {
	test("shows one more hint each time, then one from the last attempt, and counts them", async () => {
		const dir = await workspace(logbookWith({ "02-unshare": { lastAttempt: failedAttempt() } }));
		const shown: string[] = [];
		for (let time = 0; time < 5; time++) shown.push((await drydockIn(dir, "hint", "02")).stdout);
		for (const [index, text] of shown.slice(0, 3).entries()) expect(text).toContain(`Hint ${index + 1} of 3`);
		expect(shown[0]).toContain("Whose name does");
		expect(shown[0]).not.toContain("Hint 2");
		expect(shown[3]).toContain("Call unshare(CLONE_NEWUTS) first.");
		expect(shown[3]).toContain("uts_namespaces(7); unshare(2)");
		expect(shown[4]).toBe(shown[3]);
		expect((await bookIn(dir)).lessons["02-unshare"]?.hintsShown).toBe(4);
	});

	test("--all shows only the hints that were seen", async () => {
		const dir = await workspace(logbookWith({ "02-unshare": { hintsShown: 2 } }));
		const document = JSON.parse((await drydockIn(dir, "hint", "02", "--all", "--json")).stdout);
		expect(document).toMatchObject({ lesson: "02-unshare", shown: 2, of: 3 });
		expect(document.hints).toHaveLength(2);
		expect((await bookIn(dir)).lessons["02-unshare"]?.hintsShown).toBe(2);
	});

	test("--all before the first hint says how to get one; without an id, the lesson is the current one", async () => {
		const dir = await workspace(halfway());
		expect((await drydockIn(dir, "hint", "04", "--all")).stdout).toContain("npx drydock hint 04-pivot-root");
		expect((await drydockIn(dir, "hint")).stdout).toContain("Hint 2 of 3");
	});

	test("after the last hint, without an attempt, it suggests the check", async () => {
		const dir = await workspace(logbookWith({ "02-unshare": { hintsShown: 3 } }));
		expect((await drydockIn(dir, "hint", "02")).stdout).toContain("npx drydock check 02-unshare");
	});
});

describe("solution", () => {
	const shownAt = async (dir: string) => (await bookIn(dir)).lessons["02-unshare"]?.solutionShownAt;

	test("[not passed, no terminal] is not shown, exit code 2", async () => {
		const dir = await workspace(logbookWith({}));
		const { stdout, stderr, code } = await drydockIn(dir, "solution", "02");
		expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
		expect(stderr).toContain("npx drydock solution 02-unshare --yes");
		expect(await shownAt(dir)).toBeUndefined();
	});

	test("[not passed, --yes] is shown as a difference, and recorded", async () => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": MINE });
		const { stdout, code } = await drydockIn(dir, "solution", "02", "--yes");
		expect(stdout).toMatch(/^--- 02-unshare\/isolate\.ts/);
		expect(stdout).toContain(`-${MINE}`);
		expect(stdout).toContain("+++ solutions/02-unshare/isolate.ts");
		expect(code).toBe(0);
		expect(await shownAt(dir)).toEqual(expect.stringMatching(/^\d{4}-/));
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(MINE);
	});

	test("[passed] is shown at once, and not recorded", async () => {
		const dir = await workspace(logbookWith({ "02-unshare": passedRecord() }), { "02-unshare/isolate.ts": MINE });
		expect(await drydockIn(dir, "solution", "02", "--raw")).toEqual({ code: 0, stdout: reference, stderr: "" });
		const document = JSON.parse((await drydockIn(dir, "solution", "02", "--json")).stdout);
		expect(document).toMatchObject({ solution: reference, diff: expect.stringContaining("@@") });
		expect(await shownAt(dir)).toBe(null);
	});

	test("[the learner has no file] is shown whole; [the same file] says so", async () => {
		const dir = await workspace(logbookWith({ "02-unshare": passedRecord() }));
		expect((await drydockIn(dir, "solution", "02")).stdout).toBe(reference);
		await mkdir(join(dir, "02-unshare"));
		await writeFile(join(dir, "02-unshare/isolate.ts"), reference);
		expect((await drydockIn(dir, "solution", "02")).stdout).toContain("the same");
	});

	test("solution [Ctrl-D] shows and records nothing; [y] shows it in colours", async () => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": MINE });
		expect((await answerQuestion(dir, "\u0004", "solution", "02")).code).toBe(1);
		expect((await bookIn(dir)).lessons).toEqual({});
		expect((await answerQuestion(dir, "y\r", "solution", "02")).shown).toContain("\u001b[31m-export function isolate");
	});
});
