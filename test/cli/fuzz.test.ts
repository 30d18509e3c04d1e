import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { Failure } from "../../harness/base/failure.ts";
import { inKit } from "../../harness/base/kit.ts";
import { printable } from "../../harness/base/printable.ts";
import { classRules } from "../../harness/classroom/class/class-file.ts";
import { readRoster } from "../../harness/classroom/class/roster.ts";
import { FORMATS } from "../../harness/classroom/formats/formats.ts";
import { details, table } from "../../harness/classroom/formats/table.ts";
import { mergeReports, readReports } from "../../harness/classroom/grading/shard.ts";
import { isPrintableName, printableName } from "../../harness/classroom/results/harmless.ts";
import { STATUSES } from "../../harness/classroom/results/result.ts";
import { readArchive } from "../../harness/classroom/submissions/archives.ts";
import { NOTHING_CHOSEN, Slides } from "../../harness/cli/show/slides.ts";
import { unpackArchive } from "../../harness/learner/archive.ts";
import { mergeLogbooks, parseLogbook } from "../../harness/learner/logbook.ts";
import { History } from "../../harness/live/history.ts";
import { lineOf, parseRecording } from "../../harness/live/recording/recording.ts";
import { answersOf } from "../../harness/live/views/answers.ts";
import { mountsOf } from "../../harness/live/views/mounts.ts";
import { processesOf } from "../../harness/live/views/processes.ts";
import { unpackImage } from "../../harness/vm/image/packed-image.ts";
import { reportOn } from "../support/class-report.ts";
import { applyByteEdits, applyEdits, randomByteEdits, randomEdits } from "../support/random-edits.ts";
import { entry, LOGBOOK_ENTRY, tarball } from "../support/tarball.ts";
import { temporary } from "../support/temporary.ts";
import { halfway } from "../support/workspace.ts";
import { zipped } from "../support/zip.ts";

// Files from somebody else are changed at random. drydock must refuse each as wrong usage, or accept it; and then all
// further work with it must end without an exception. `npm run soak` runs a hundred times as many.
const seed = Number(process.env["DRYDOCK_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const factor = Number(process.env["DRYDOCK_FUZZ"] ?? 1);
const PATIENCE_MS = 120_000 * factor;
console.log(`fuzzing files of others with DRYDOCK_FUZZ_SEED=${seed}`);

const files = await temporary();
afterAll(() => files.remove());
const recording = (await readFile(inKit("test/recordings/02-unshare.jsonl"), "utf8"))
	.split("\n")
	.filter((line) => line !== "");
const plain = { width: 80, color: false, plain: true };
const CONTROL_CHARACTERS_OR_LOG_COMMANDS = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|^\s*::|##\w*\[/mu;

/** @returns the result of the work, or null if it was refused as wrong usage */
async function refusedOr<T>(work: () => T | Promise<T>): Promise<T | null> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Failure && error.kind === "usage") return null;
		throw error;
	}
}

// fast-check has such a unit, too, but first makes a table of all characters, which takes a second.
const CHARACTER = fc
	.integer({ min: 0, max: 0x10ffff })
	.filter((code) => code < 0xd800 || code > 0xdfff)
	.map((code) => String.fromCodePoint(code));

const runs = (numRuns: number) => ({ seed, numRuns: Math.ceil(numRuns * factor) });

describe("after random changes, this is refused as wrong usage or accepted:", () => {
	test("a report on a class", { timeout: PATIENCE_MS }, async () => {
		const names = ["alice", "Zoë", "\\xe9", "bob"];
		const report = reportOn(
			Object.fromEntries(names.map((name, at) => [name, [STATUSES[at] ?? "pass", STATUSES.at(-at) ?? "fail"]])),
		);
		let accepted = 0;
		await fc.assert(
			fc.asyncProperty(randomEdits, async (changes) => {
				const file = await files.write("report.json", applyEdits(report, changes));
				const merged = await refusedOr(async () => mergeReports(await readReports([file]), [file]));
				if (merged === null) return;
				accepted += 1;
				for (const { name } of merged.submissions) expect(isPrintableName(name)).toBe(true);
				const texts = [table(merged, plain), ...merged.submissions.map((one) => details(one, merged.lessons, plain))];
				for (const text of texts) expect(text).not.toMatch(CONTROL_CHARACTERS_OR_LOG_COMMANDS);
				for (const format of Object.values(FORMATS)) {
					const write = await format.load();
					for (const one of format.holds === "class"
						? [merged]
						: merged.submissions.map((one) => ({ ...merged, submissions: [one] })))
						expect(write(one)).toBeTypeOf("string");
				}
			}),
			runs(150),
		);
		expect(accepted).toBeGreaterThan(0);
	});

	test("a recording", { timeout: PATIENCE_MS }, async () => {
		let accepted = 0;
		await fc.assert(
			fc.asyncProperty(fc.nat(recording.length - 1), randomEdits, async (at, changes) => {
				const line = applyEdits(JSON.parse(recording[at] as string), changes);
				const events = await refusedOr(() =>
					parseRecording(recording.map((one, index) => (index === at ? line : one)).join("\n"), "it", "demo"),
				);
				if (events === null) return;
				accepted += 1;
				const [slides, history] = [new Slides({ columns: 80, rows: 24 }, false), new History()];
				for (const event of events) {
					history.add(event);
					expect(JSON.parse(lineOf(event))).toBeTypeOf("object");
					if (event.type !== "output" && event.type !== "screen") await slides.apply(event);
				}
				const past = events.flatMap((event) => (event.type === "view" ? [event] : []));
				for (const view of [answersOf, mountsOf, processesOf]) expect(view(past)).toBeTypeOf("object");
				const page = slides.paint({ columns: 120, rows: 40 }, { ...NOTHING_CHOSEN, note: true });
				expect(page.lines.length).toBeLessThanOrEqual(40);
				expect(history.events.length).toBeGreaterThan(0);
			}),
			runs(60),
		);
		expect(accepted).toBeGreaterThan(0);
	});

	test("a logbook", { timeout: PATIENCE_MS }, async () => {
		let accepted = 0;
		await fc.assert(
			fc.asyncProperty(randomEdits, async (changes) => {
				const book = await refusedOr(() => parseLogbook(applyEdits(halfway(), changes), "it"));
				if (book === null) return;
				accepted += 1;
				for (const [one, other] of [
					[book, halfway()],
					[halfway(), book],
				] as const)
					expect(JSON.stringify(mergeLogbooks(one, other))).not.toMatch(CONTROL_CHARACTERS_OR_LOG_COMMANDS);
			}),
			runs(500),
		);
		expect(accepted).toBeGreaterThan(0);
	});

	test("an archive of a workspace, and an image", { timeout: PATIENCE_MS }, async () => {
		const packed = tarball(LOGBOOK_ENTRY, entry("02-unshare/isolate.ts", "x"), entry("02-unshare/a/b.ts", "y"));
		const label = JSON.stringify({ format: "drydock image 1", base: "a", library: "b" });
		const image = Buffer.concat([entry("label.json", label), entry("base/kernel", "k"), Buffer.alloc(1024)]);
		const whole = gunzipSync(packed);
		await fc.assert(
			fc.asyncProperty(randomByteEdits, randomByteEdits, async (changes, others) => {
				for (const bytes of [applyByteEdits(packed, changes), gzipSync(applyByteEdits(whole, others))]) {
					const contents = await unpackArchive(bytes).catch((error: unknown) => {
						expect(error).toBeInstanceOf(Error);
						expect((error as Error).message.length).toBeLessThan(300);
						return new Map<string, Buffer>();
					});
					for (const path of contents.keys()) expect(path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)|\p{C}/u);
				}
				const file = join(files.dir, "image");
				await writeFile(file, applyByteEdits(image, changes));
				await unpackImage(file, await mkdtemp(join(files.dir, "into-"))).catch((error: unknown) => {
					expect((error as Error).message.length).toBeLessThan(300);
				});
			}),
			runs(60),
		);
	});

	test("an archive that was handed in, a class file and a roster", { timeout: PATIENCE_MS }, async () => {
		const packed = tarball(entry("02-unshare/isolate.ts", "x"), entry("02-unshare/a/b.ts", "y"));
		const archives = [packed, gunzipSync(packed), await zipped(["02-unshare/isolate.ts", "x"], ["a/b.ts", "y"])];
		const rules = Buffer.from("lessons: [02]\npoints: { 02: 7 }\ndeadline: 2026-11-30T23:59:00Z\n");
		const roster = Buffer.from('id,name,submitted\n1,"Doe, Jane",2026-11-30T23:59:00Z\n2,Bob,\n');
		await fc.assert(
			fc.asyncProperty(randomByteEdits, async (changes) => {
				for (const bytes of archives) {
					const folder = await readArchive(async () => applyByteEdits(bytes, changes)).catch((error: unknown) => {
						expect(error).toBeInstanceOf(Error);
						expect((error as Error).message.length).toBeLessThan(300);
						return null;
					});
					for (const [path, read] of folder?.files ?? []) {
						expect(path).not.toMatch(/(^|\/)\.\.(\/|$)|\p{C}/u);
						await read().catch((error: Error) => expect(error.message).toMatch(/too large/));
					}
				}
				const [one, other] = [join(files.dir, "class.yaml"), join(files.dir, "roster.csv")];
				await writeFile(one, applyByteEdits(rules, changes));
				await refusedOr(() => classRules(null, { class: one }));
				await writeFile(other, applyByteEdits(roster, changes));
				for (const { id } of (await refusedOr(() => readRoster(other))) ?? [])
					expect(id).not.toMatch(CONTROL_CHARACTERS_OR_LOG_COMMANDS);
			}),
			runs(60),
		);
	});

	test("a name, and a text", { timeout: PATIENCE_MS }, () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 255 }), fc.string({ unit: CHARACTER }), (bytes, text) => {
				const name = printableName(Buffer.from(bytes));
				expect(printable(name)).toBe(printable(printable(name)));
				expect(name).not.toMatch(/[\p{C}\u2028\u2029]/u);
				expect(printable(text)).not.toMatch(CONTROL_CHARACTERS_OR_LOG_COMMANDS);
			}),
			runs(300),
		);
	});
});
