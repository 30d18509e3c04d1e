import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir } from "../harness/base/cache.ts";
import { inKit } from "../harness/base/kit.ts";
import { zx } from "../harness/base/zx.ts";
import { findLesson } from "../harness/judge/lessons.ts";
import { allItems, itemsOf } from "./support/items.ts";
import { type Records, readRecords, recordsFile, recordsText } from "./support/records.ts";
import { TEST_FILES, testFileItems } from "./support/test-files.ts";

/**
 * Runs the tests. `test/records` has the result that each submission, mutant, hostile program, demo, example and finish
 * had when it was last played, with a key of everything that the result depends on. These are called items. Whole test
 * files of `test/vm` and `test/cli` have records, too: see test/support/test-files.ts.
 *
 *   npm test                      lint, types and all tests, with the items that have no record, and a random tenth of
 *                                 the others; at most some 200. Of the test files with a record, at most a random tenth
 *   npm test -- --seed 7          draws the same items as another run with this seed; other arguments are vitest's
 *   npm run test:all              lint, types and all tests, with all items, and writes the records
 *   npm run test:all -- --shard 1/2   the first half of the items and of the other test files
 *   npm run records               only the items without a record, and writes their records; an item whose run is in
 *                                 the cache is judged again without being played again
 *   npm run records -- 04         the same for lesson 04 only
 *   npm run records -- 04 NAME…   plays these items, whether they have a record or not
 *   npm run records -- files      only the test files without a record, and writes their records
 *   npm run records -- files NAME…    the same for those with such a part in their names
 *   npx tsx test/run.ts plan      prints every item, and whether npm test would try it, as JSON; with --shard, whether
 *                                 that shard of test:all would try it
 *   npm run records -- --from DIR     takes over the records of another checkout, such as those of another shard
 */

/** The test file that tries solutions and skeletons, in addition to its items. */
const WITH_SOLUTIONS = "test/vm/submissions.test.ts";
/** The test file that tries an item, by the first part of the item's name. */
const FILE_OF: Readonly<Record<string, string>> = {
	right: WITH_SOLUTIONS,
	wrong: WITH_SOLUTIONS,
	mutant: "test/vm/mutants.test.ts",
	hostile: "test/vm/hostile.test.ts",
	text: "test/vm/examples.test.ts",
	demo: "test/vm/rehearsals.test.ts",
	finish: "test/vm/finish.test.ts",
};
const WITH_ITEMS = [...new Set(Object.values(FILE_OF))];
/** How long one item takes on average, in a machine that is emulated. */
const SECONDS_AN_ITEM = 3.5;

const [command = "test", ...given] = process.argv.slice(2);
const mode = command === "records" && given[0] === "files" ? (given.shift() as "files") : command;
const option = (name: string): string | undefined => {
	const index = given.findIndex((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
	if (index < 0) return undefined;
	const [argument = "", value] = given.splice(index, given[index]?.includes("=") ? 1 : 2);
	return argument.includes("=") ? argument.slice(argument.indexOf("=") + 1) : value;
};
const [seed = String(Math.floor(Math.random() * 2 ** 31)), shard, from] = ["seed", "shard", "from"].map(option);
const results = join(await mkdtemp(join(tmpdir(), "drydock-results-")), "results.jsonl");
process.env["DRYDOCK_TESTS_RESULTS"] = results;
const lesson = mode === "records" && given[0] !== undefined ? (await findLesson(given.shift() ?? "")).id : undefined;
const items = new Map([
	...(mode === "files" ? [] : lesson === undefined ? await allItems() : [[lesson, await itemsOf(lesson)] as const]),
	...(mode === "records" && from === undefined ? [] : [[TEST_FILES, await testFileItems()] as const]),
]);

process.exitCode = mode === "plan" ? await printPlan() : from === undefined ? await run() : await takeOver(from);
await rm(join(results, ".."), { recursive: true });

async function run(): Promise<number> {
	const names = mode === "records" ? given.splice(0) : [];
	const missing = names.find((name) => lessonItems().every((item) => item.name !== name));
	if (missing !== undefined) {
		console.error(`${lesson} has no item ${missing}. test/records/${lesson}.txt names those that were played.`);
		return 2;
	}
	const { known, unknown } = await countRecords();
	Object.assign(process.env, {
		DRYDOCK_TESTS: mode === "files" ? "test" : mode,
		DRYDOCK_TESTS_SEED: seed,
		DRYDOCK_TESTS_STARTED_MS: String(Date.now()),
		DRYDOCK_TESTS_KNOWN: String(known),
		DRYDOCK_TESTS_UNKNOWN: String(unknown),
		...(shard && { DRYDOCK_TESTS_SHARD: shard }),
		...(lesson && { DRYDOCK_TESTS_LESSON: lesson }),
		...(names.length > 0 && { DRYDOCK_TESTS_ITEMS: names.join("\n") }),
	});
	await sayPlan();
	const { isTried, isKnown } = await import("./support/plan.ts");
	const files = items.get(TEST_FILES) ?? [];
	const $ = (await zx())({ stdio: "inherit", nothrow: true });
	const noting = "--reporter=./test/support/passed-files.ts";
	if (mode === "records" || mode === "files") {
		const isNamed = (name: string) => given.length === 0 || given.some((part) => name.includes(part));
		const unknown = files.filter((file) => !isKnown(file) && isNamed(file.name)).map(({ name }) => `test/${name}`);
		const tried = mode === "records" ? await filesWithTried() : unknown;
		if (tried.length === 0) return 0;
		const reporters = ["--reporter=default", ...(mode === "files" ? [noting] : [])];
		const { exitCode } = await $`vitest run --project cli --project vm --project alone ${reporters} ${tried}`;
		await writeRecords();
		return exitCode ?? 1;
	}
	const startedMs = Date.now();
	// Each of them keeps one processor busy for most of its time.
	const checks = await Promise.all(["lint", "types"].map((script) => $`npm run --silent ${script}`));
	const failed = checks.find(({ exitCode }) => exitCode !== 0);
	if (failed !== undefined) return failed.exitCode ?? 1;
	const before = { lintAndTypes: Date.now() - startedMs };
	// `npm run bench -- tests` reads these reports.
	await mkdir(cacheDir, { recursive: true });
	await writeFile(join(cacheDir, "tests-before.json"), JSON.stringify(before));
	process.env["DRYDOCK_TESTS_PROCESSOR"] = join(cacheDir, "tests-processor.jsonl");
	await rm(process.env["DRYDOCK_TESTS_PROCESSOR"], { force: true });
	const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${join(cacheDir, "tests.json")}`];
	// If somebody names tests, these are played, with or without a record, and prove nothing about a whole file.
	const isWhole = given.length === 0;
	if (isWhole) reporters.push(noting);
	const left = isWhole && mode === "test" ? files.filter((file) => !isTried(file)) : [];
	process.env["DRYDOCK_TESTS_LEFT_OUT"] = left.map(({ name }) => `test/${name}`).join(" ");
	const { exitCode } = await $`vitest run ${reporters} ${given} ${shard === undefined ? [] : await filesOf(shard)}`;
	if (mode === "all") await writeRecords();
	await sayOutcome(join(cacheDir, "tests.json"), startedMs);
	return exitCode ?? 1;
}

// Repeats vitest's counts as the last line, without colours, for programs that read the output.
async function sayOutcome(report: string, startedMs: number): Promise<void> {
	const { mtimeMs } = await stat(report).catch(() => ({ mtimeMs: 0 }));
	if (mtimeMs < startedMs) return;
	const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(await readFile(report, "utf8"));
	console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}

// The test files with items that are tried, and the one that also tries solutions and skeletons.
async function filesWithTried(): Promise<string[]> {
	const { isTried } = await import("./support/plan.ts");
	const tried = lessonItems().filter(isTried);
	const files = tried.map(({ name }) => FILE_OF[name.split("/")[0] ?? ""] ?? "");
	return [...new Set([WITH_SOLUTIONS, ...files])];
}

// The test files of one shard: those with items, of which each shard tries its own, and a share of all others.
async function filesOf(shard: string): Promise<string[]> {
	const [number = 1, count = 1] = shard.split("/").map(Number);
	const names = (await readdir(inKit("test"), { recursive: true })).filter((name) => name.endsWith(".test.ts"));
	const { isTried } = await import("./support/plan.ts");
	const withRecord = items.get(TEST_FILES) ?? [];
	const others = names
		.filter((name) => withRecord.every((file) => file.name !== name))
		.map((name) => `test/${name}`)
		.filter((file) => !WITH_ITEMS.includes(file));
	const shares = others.sort().filter((_, index) => index % count === number - 1);
	return [...WITH_ITEMS, ...withRecord.filter(isTried).map(({ name }) => `test/${name}`), ...shares];
}

// Prints every item, with its key, whether it has a record, and whether a run would try it.
async function printPlan(): Promise<number> {
	const { known, unknown } = await countRecords();
	Object.assign(process.env, {
		DRYDOCK_TESTS_SEED: seed,
		DRYDOCK_TESTS_KNOWN: String(known),
		DRYDOCK_TESTS_UNKNOWN: String(unknown),
		...(shard && { DRYDOCK_TESTS: "all", DRYDOCK_TESTS_SHARD: shard }),
	});
	const { isTried, isKnown } = await import("./support/plan.ts");
	const planned = [...items.values()].flat().map((item) => {
		const { lesson, name, key, expected } = item;
		return { lesson, name, key, expected, isKnown: isKnown(item), isTried: isTried(item) };
	});
	console.log(JSON.stringify(planned));
	return 0;
}

async function sayPlan(): Promise<void> {
	const { isTried, isKnown } = await import("./support/plan.ts");
	const files = items.get(TEST_FILES) ?? [];
	const passed = files.filter(isKnown);
	if (files.length > 0)
		console.log(
			`${files.length} test files have a record once they have passed. ${passed.length} passed as the kit is now;`,
			mode === "files" ? "the others are tried." : `${files.filter(isTried).length} of all are tried.`,
		);
	if (mode === "files") return;
	const all = lessonItems();
	const tried = all.filter(isTried);
	const minutes = (count: number) => Math.ceil((count * SECONDS_AN_ITEM) / availableParallelism() / 60);
	const [known, unknown] = [tried.filter(isKnown).length, all.filter((item) => !isKnown(item)).length];
	console.log(
		`${all.length} items, ${all.length - unknown} with a record for what the kit is now.`,
		`Tried now: ${tried.length - known} without one, ${known} with one: about ${minutes(tried.length)} minutes if all are played.`,
		mode === "test" ? `\nThe same draw again: npm test -- --seed ${seed}` : "",
	);
	const left = unknown - (tried.length - known);
	if (mode === "test" && left > 0)
		console.log(
			`${left} items without a record are too many for one run, and are not tried now. To try all of them, in about ${minutes(unknown)} minutes: npm run records`,
		);
}

function lessonItems() {
	return [...items].flatMap(([lesson, all]) => (lesson === TEST_FILES ? [] : all));
}

// How many items of lessons have a record for their present key, and how many have none.
async function countRecords(): Promise<{ known: number; unknown: number }> {
	const lessons = [...items].filter(([lesson]) => lesson !== TEST_FILES);
	const counts = lessons.map(async ([lesson, all]) => {
		const records = await readRecords(lesson);
		return all.filter(({ name, key }) => records.get(name)?.key === key).length;
	});
	const known = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
	return { known, unknown: lessons.flatMap(([, all]) => all).length - known };
}

// Writes what this run has found, keeps other records that are still true, and drops all others.
async function writeRecords(): Promise<void> {
	const lines = (await readFile(results, "utf8").catch(() => "")).split("\n").filter(Boolean);
	const found = lines.map((line) => JSON.parse(line) as { lesson: string; name: string; key?: string; result: string });
	await update((lesson) => {
		// A test file's key is of the moment when this run began.
		const keyOf = (name: string) => items.get(lesson)?.find((item) => item.name === name)?.key ?? "";
		const results = found.filter((one) => one.lesson === lesson);
		return new Map(results.map(({ name, key, result }) => [name, { key: key ?? keyOf(name), result }]));
	});
}

// Takes over the records of the checkout in `dir`, as far as they are true of this one.
async function takeOver(dir: string): Promise<number> {
	const others = new Map<string, Records>();
	for (const lesson of items.keys())
		others.set(lesson, await readRecords(lesson, join(dir, `test/records/${lesson}.txt`)));
	await update((lesson) => others.get(lesson) ?? new Map());
	return 0;
}

// Writes the records of all lessons, and drops those whose key or item no longer exists. @param newer returns the
// records of a lesson that replace those in its file
async function update(newer: (lesson: string) => Records): Promise<void> {
	await mkdir(inKit("test/records"), { recursive: true });
	const counts = { written: 0, missing: 0 };
	for (const [lesson, all] of items) {
		const [old, fresh] = [await readRecords(lesson), newer(lesson)];
		const kept = all.flatMap(({ name, key }) => {
			const record = [fresh.get(name), old.get(name)].find((known) => known?.key === key);
			return record === undefined ? [] : [[name, record] as const];
		});
		counts.written += kept.length;
		counts.missing += all.length - kept.length;
		if (kept.length === 0) await rm(recordsFile(lesson), { force: true });
		else await writeFile(recordsFile(lesson), recordsText(new Map(kept)));
	}
	console.log(`${counts.written} records in test/records; ${counts.missing} items have none.`);
}
