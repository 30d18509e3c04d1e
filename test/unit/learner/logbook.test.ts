import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exists } from "../../../harness/base/cache.ts";
import {
	EMPTY_RECORD,
	LOGBOOK,
	mergeLogbooks,
	parseLogbook,
	readLogbook,
	recordOf,
	updateLogbook,
	withRecord,
} from "../../../harness/learner/logbook.ts";
import { compiledProgram } from "../../support/program.ts";
import { temporary } from "../../support/temporary.ts";
import { failedAttempt, logbookWith } from "../../support/workspace.ts";

const files = await temporary();
afterAll(() => files.remove());

const newDir = () => mkdtemp(join(files.dir, "workspace-"));
async function dirWith(text: string): Promise<string> {
	const dir = await newDir();
	await writeFile(join(dir, LOGBOOK), text);
	return dir;
}

const FIRST = JSON.stringify({ schemaVersion: 1, passed: { "02-unshare": { at: "2026-01-01T00:00:00Z" } } });

describe("readLogbook", () => {
	test("a workspace without a logbook has an empty one", async () => {
		expect(await readLogbook(await newDir())).toEqual(logbookWith({}));
	});

	test("version 1: passed lessons stay passed, and reading changes nothing", async () => {
		const dir = await dirWith(FIRST);
		const passed = { at: "2026-01-01T00:00:00Z", judgedBy: null, module: null };
		expect(await readLogbook(dir)).toEqual(logbookWith({ "02-unshare": { passed, attempts: 1 } }));
		expect(await readFile(join(dir, LOGBOOK), "utf8")).toBe(FIRST);
	});

	test("a logbook of version 1 becomes version 2 at the first change", async () => {
		const dir = await dirWith(FIRST);
		await updateLogbook(dir, (book) => ({ ...book, selected: "03-chroot" }));
		const written = JSON.parse(await readFile(join(dir, LOGBOOK), "utf8"));
		expect(written).toMatchObject({ schemaVersion: 2, selected: "03-chroot" });
		expect(written.lessons["02-unshare"].passed.at).toBe("2026-01-01T00:00:00Z");
	});

	test.each([
		["no JSON", '{"schemaVersion": 2, "lesso'],
		["empty", ""],
		["a record without attempts", JSON.stringify({ schemaVersion: 2, selected: null, lessons: { a: {} } })],
		["a text in the place of a time", JSON.stringify({ schemaVersion: 1, passed: { a: { at: "yesterday" } } })],
		["negative attempts", JSON.stringify(logbookWith({ a: { attempts: -1 } }))],
	])("a damaged logbook [%s] is reported with the command that helps, and stays unchanged", async (_, text) => {
		const dir = await dirWith(text);
		const path = join(dir, LOGBOOK);
		const failure = { kind: "usage", message: expect.stringContaining(path), next: `mv ${path} ${path}.damaged` };
		await expect(readLogbook(dir)).rejects.toMatchObject(failure);
		await expect(updateLogbook(dir, () => logbookWith({}))).rejects.toMatchObject(failure);
		expect(await readFile(path, "utf8")).toBe(text);
	});

	test("a newer drydock's logbook is refused, and stays unchanged", async () => {
		const text = JSON.stringify({ schemaVersion: 3, voyages: [] });
		const dir = await dirWith(text);
		const failure = {
			kind: "usage",
			message: expect.stringContaining("newer"),
			next: expect.stringContaining("git pull"),
		};
		await expect(readLogbook(dir)).rejects.toMatchObject(failure);
		await expect(updateLogbook(dir, () => logbookWith({}))).rejects.toMatchObject(failure);
		expect(await readFile(join(dir, LOGBOOK), "utf8")).toBe(text);
	});

	test("control characters are removed from its texts", () => {
		const [finding] = failedAttempt().findings;
		const evil = { ...failedAttempt(), findings: [{ ...finding, what: "a\u001b[2Jb\u009bc\nd" }] };
		const text = JSON.stringify(withRecord(logbookWith({}), { id: "a" }, { lastAttempt: evil as never }));
		expect(recordOf(parseLogbook(text, "it"), { id: "a" }).lastAttempt?.findings[0]?.what).toBe("a\ufffd[2Jb\ufffdc d");
	});

	test.each([
		["characters that change the writing direction", { ...logbookWith({}), selected: "02\u200e\u061c\u2067" }],
		["a lesson that is a path", { ...logbookWith({}), lessons: { "../x": EMPTY_RECORD } }],
		[
			"thousands of lessons",
			{
				...logbookWith({}),
				lessons: Object.fromEntries([...Array(5_000).keys()].map((id) => [`l${id}`, EMPTY_RECORD])),
			},
		],
		["a text of megabytes", { ...logbookWith({}), selected: "x".repeat(1 << 21) }],
		["attempts beyond counting", { ...logbookWith({}), lessons: { a: { ...EMPTY_RECORD, attempts: 1e300 } } }],
	])("a logbook with %s is refused, or read without that", (_what, book) => {
		let shown = "";
		try {
			shown = JSON.stringify(parseLogbook(JSON.stringify(book), "it"));
		} catch (error) {
			expect(error).toMatchObject({ kind: "usage" });
		}
		expect(shown).not.toMatch(/[\u200e\u061c\u2067]/u);
		expect(shown.length).toBeLessThan(1_000);
	});

	test("a logbook that is no regular file, or has no end, is refused without waiting", async () => {
		const dir = `${files.dir}/odd`;
		await mkdir(dir);
		await symlink("/dev/zero", `${dir}/drydock.json`);
		await expect(readLogbook(dir)).rejects.toMatchObject({ kind: "usage" });
	});

	test("a lesson called __proto__ changes no other", () => {
		const text = `{"schemaVersion": 2, "selected": null, "lessons": {"__proto__": ${JSON.stringify({ ...EMPTY_RECORD, attempts: 9 })}}}`;
		expect(recordOf(mergeLogbooks(logbookWith({}), parseLogbook(text, "it")), { id: "attempts" })).toEqual(
			EMPTY_RECORD,
		);
	});
});

describe("updateLogbook", () => {
	type Recorder = ChildProcessByStdio<Writable, Readable, null>;
	let program: string;
	beforeAll(async () => {
		program = await compiledProgram(files, 'import "./test/support/record-attempts.ts";');
	});
	const recorder = (cwd: string, lesson: string, times: number): Recorder =>
		spawn(process.execPath, [program, lesson, String(times)], { stdio: ["pipe", "pipe", "inherit"], cwd });
	const linesOf = ({ stdout }: Recorder) => createInterface(stdout)[Symbol.asyncIterator]();
	const ended = (child: Recorder) => (child.exitCode === null ? once(child, "exit") : child);

	test("two processes that record attempts at once lose none", async () => {
		const dir = await dirWith(JSON.stringify(logbookWith({})));
		const children = ["01", "01", "02"].map((lesson) => recorder(dir, lesson, 10));
		for (const child of children) expect((await linesOf(child).next()).value).toBe("ready");
		for (const child of children) child.stdin.write("go\n");
		await Promise.all(children.map(ended));
		const book = await readLogbook(dir);
		expect(recordOf(book, { id: "01-process" }).attempts).toBe(20);
		expect(recordOf(book, { id: "02-unshare" }).attempts).toBe(10);
	}, 60_000);

	test("a process that is killed while it records leaves a valid logbook with every attempt that it had reported", async () => {
		const dir = await dirWith(JSON.stringify(logbookWith({})));
		for (const afterMs of [0, 3, 7]) {
			const before = recordOf(await readLogbook(dir), { id: "01-process" }).attempts;
			const child = recorder(dir, "01", 1_000_000);
			const lines = linesOf(child);
			await lines.next();
			child.stdin.write("go\n");
			let lineCount = 0;
			for (; lineCount < 5; lineCount++) await lines.next();
			await new Promise((resolve) => setTimeout(resolve, afterMs));
			child.kill("SIGKILL");
			await ended(child);
			expect(recordOf(await readLogbook(dir), { id: "01-process" }).attempts).toBeGreaterThanOrEqual(
				before + lineCount,
			);
			// Makes the lock of the killed process old enough to count as abandoned.
			const lock = join(dir, `${LOGBOOK}.lock`);
			const minuteAgo = new Date(Date.now() - 60_000);
			if (await exists(lock)) await utimes(lock, minuteAgo, minuteAgo);
		}
		// A half-written new logbook, which the killed process had not renamed yet.
		await writeFile(join(dir, `${LOGBOOK}.new`), '{"schemaVersion": 2, "sel');
		const attempts = recordOf(await readLogbook(dir), { id: "01-process" }).attempts;
		await updateLogbook(dir, (book) => withRecord(book, { id: "02-unshare" }, { attempts: 1 }));
		expect(recordOf(await readLogbook(dir), { id: "01-process" }).attempts).toBe(attempts);
		expect(recordOf(await readLogbook(dir), { id: "02-unshare" }).attempts).toBe(1);
		expect(await exists(join(dir, `${LOGBOOK}.new`))).toBe(false);
	}, 60_000);

	test("if the new logbook cannot be written, the error says so, and the old logbook stays", async () => {
		const dir = await dirWith(FIRST);
		await mkdir(join(dir, `${LOGBOOK}.new`));
		await expect(updateLogbook(dir, () => logbookWith({}))).rejects.toMatchObject({
			kind: "unsupported",
			message: `${join(dir, LOGBOOK)} cannot be written (EISDIR)`,
		});
		expect(await readFile(join(dir, LOGBOOK), "utf8")).toBe(FIRST);
	});

	test("a change that throws leaves the old logbook, and no lock", async () => {
		const dir = await dirWith(JSON.stringify(logbookWith({}, "02-unshare")));
		await expect(
			updateLogbook(dir, () => {
				throw new Error("the change failed");
			}),
		).rejects.toThrow("the change failed");
		expect((await readLogbook(dir)).selected).toBe("02-unshare");
		expect(await exists(join(dir, `${LOGBOOK}.lock`))).toBe(false);
	});
});

describe("mergeLogbooks", () => {
	const early = "2026-01-01T00:00:00.000Z";
	const late = "2026-02-01T00:00:00.000Z";

	test("keeps the earliest pass, the module of the latest pass, the most attempts and the latest attempt, from either side", () => {
		const one = {
			passed: { at: late, judgedBy: "new", module: "new" },
			attempts: 3,
			lastAttempt: failedAttempt(early),
		};
		const other = {
			passed: { at: early, judgedBy: "old", module: "old" },
			attempts: 5,
			lastAttempt: failedAttempt(late),
		};
		const passed = { at: early, judgedBy: "new", module: "new" };
		const expected = { passed, attempts: 5, lastAttempt: other.lastAttempt };
		for (const [mine, theirs] of [
			[one, other],
			[other, one],
		] as const) {
			const merged = mergeLogbooks(logbookWith({ a: mine }), logbookWith({ a: theirs }));
			expect(merged.lessons["a"]).toMatchObject(expected);
		}
	});

	test("a lesson that passed again passed last at its last attempt", () => {
		const again = {
			passed: { at: early, judgedBy: "new", module: "new" },
			lastAttempt: { ...failedAttempt("2026-03-01T00:00:00.000Z"), verdict: "pass" as const },
		};
		const once = { passed: { at: late, judgedBy: "old", module: "old" }, lastAttempt: failedAttempt(late) };
		const merged = mergeLogbooks(logbookWith({ a: once }), logbookWith({ a: again }));
		expect(merged.lessons["a"]?.passed).toEqual({ at: early, judgedBy: "new", module: "new" });
	});

	test("keeps lessons that only one side has, and the learner's own selection", () => {
		const merged = mergeLogbooks(
			logbookWith({ a: { hintsShown: 2 } }, "a"),
			logbookWith({ b: { solutionShownAt: early, spentMs: 7 } }, "b"),
		);
		expect(merged).toEqual(logbookWith({ a: { hintsShown: 2 }, b: { solutionShownAt: early, spentMs: 7 } }, "a"));
		expect(mergeLogbooks(logbookWith({}), logbookWith({}, "b")).selected).toBe("b");
	});
});
