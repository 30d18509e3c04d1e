import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cacheDir } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { lessons } from "../../judge/lessons.ts";
import { drawnShare } from "../drawn-items.ts";

/** Number of lessons that the course is planned to have. */
const LESSONS_PLANNED = 30;
/**
 * Test files whose duration grows with the number of lessons, as patterns of their paths in test/. Most other files that try
 * every lesson draw a fixed number of lessons in `npm test`. {@link TESTS_THAT_GROW} has the exceptions.
 */
const FILES_THAT_GROW = [
	/^vm\/(submissions|dev-check|fuzz|finish)\.test\.ts$/,
	/^cli\/(records|engine\/engine-at)/,
	/^unit\/(lessons\/|dev\/|support\/records|base\/depends-on|cli\/text\/markdown)/,
];
/** Tests in other files whose duration grows, because they try every lesson. */
const TESTS_THAT_GROW = /\bcheck --all\b/;
/** Test files with items. Each run draws some of the items. */
const FILES_WITH_ITEMS = /^vm\/(submissions|mutants|hostile|examples|rehearsals)\.test\.ts$/;
/** The names of those tests in `submissions.test.ts` that are items. */
const SUBMISSION = /\[(right|wrong)\//;
/** The folders of each phase. The tests of a phase begin when all tests of the phase before have ended. */
const PHASES = [/^(unit|cli)\//, /^vm\//];

/** The parts of vitest's JSON report that are used. Times are in milliseconds since 1970. */
const Report = v.object({
	startTime: v.number(),
	testResults: v.array(
		v.object({
			...{ name: v.string(), startTime: v.number(), endTime: v.number() },
			assertionResults: v.array(v.object({ fullName: v.string(), duration: v.nullish(v.number(), 0) })),
		}),
	),
});
type File = v.InferOutput<typeof Report>["testResults"][number];
/** How long each part of `npm test` before vitest took, by name, in milliseconds. The only one is `lintAndTypes`. */
const Before = v.record(v.string(), v.number());
/** Processor time of one test file, in milliseconds: what test/support/processor-time.ts writes. */
const ProcessorTime = v.object({ name: v.string(), ms: v.number() });

/**
 * Reads from the reports of the last `npm test` on this computer how long each of its parts took, and estimates how long it
 * would take with thirty lessons.
 * @returns milliseconds by name: `testsMs` for all but the set-up; `testsMs.with30Lessons` for the projection;
 * `testsMs.lintAndTypes` for what comes before vitest; `testsMs.NAME` for a folder or a file, which shared the computer
 * with files that ran at the same time;
 * `processorMs.NAME` for the processor time of a file's tests and of the programs that they started
 * @throws {Failure} usage: no tests were run here
 */
export async function testDurations(): Promise<Record<string, number[]>> {
	const [report, before] = await Promise.all([read("tests.json", Report), read("tests-before.json", Before)]);
	if (report === null) throw new Failure("usage", "no tests were run on this computer yet", "npm test");
	// Leaves out test-files.txt: its records are not those of items.
	const names = (await readdir(inKit("test/records"))).filter((name) => /^\d/.test(name));
	const records = await Promise.all(names.map((name) => readFile(inKit("test/records", name), "utf8")));
	const items = sum(records.map((text) => text.split("\n").length - 1));
	const durations = durationsOf(report, before ?? {}, { lessons: (await lessons()).length, items });
	return { ...durations, ...(await processorTimes()) };
}

/**
 * Makes the durations of {@link testDurations} from the reports.
 * @param course how many lessons the course had, and how many items with a record
 */
export function durationsOf(
	{ startTime, testResults }: v.InferOutput<typeof Report>,
	before: v.InferOutput<typeof Before>,
	course: { lessons: number; items: number },
): Record<string, number[]> {
	const files = testResults.map(({ name, ...file }) => ({
		...file,
		name: shortName(name),
		ms: Math.round(file.endTime - file.startTime),
	}));
	const total = sum(Object.values(before)) + Math.max(...files.map(({ endTime }) => endTime)) - startTime;
	const growth = LESSONS_PLANNED / course.lessons;
	const growthOfDrawn = (growth * drawnShare(course.items * growth)) / drawnShare(course.items);
	const grown = PHASES.map((phase) => {
		const together = files.filter(({ name }) => phase.test(name));
		const parts = together.map(growingMs);
		const byLesson = sum(parts.map(({ lessonsMs }) => lessonsMs)) * (growth - 1);
		const byItem = sum(parts.map(({ itemsMs }) => itemsMs)) * (growthOfDrawn - 1);
		return (byLesson + byItem) / filesAtOnce(together);
	});
	const inFolder = (folder: string) => files.filter(({ name }) => name.startsWith(`${folder}/`));
	const longest = inFolder("vm").toSorted((one, other) => other.ms - one.ms);
	return {
		testsMs: [total],
		[`testsMs.with${LESSONS_PLANNED}Lessons`]: [Math.round(total + sum(grown))],
		...Object.fromEntries(Object.entries(before).map(([script, ms]) => [`testsMs.${script}`, [ms]])),
		...Object.fromEntries(
			["unit", "cli", "vm"].map((folder) => [`testsMs.${folder}`, [sum(inFolder(folder).map(({ ms }) => ms))]]),
		),
		...Object.fromEntries(longest.map(({ name, ms }) => [`testsMs.${name}`, [ms]])),
	};
}

async function processorTimes(): Promise<Record<string, number[]>> {
	const text = await readFile(join(cacheDir, "tests-processor.jsonl"), "utf8").catch(() => "");
	const times = text.split("\n").filter(Boolean);
	const parsed = times.map((line) => v.parse(v.pipe(v.string(), v.parseJson(), ProcessorTime), line));
	const longestFirst = parsed.toSorted((one, other) => other.ms - one.ms);
	return Object.fromEntries(longestFirst.map(({ name, ms }) => [`processorMs.${shortName(name)}`, [ms]]));
}

const shortName = (path: string) => path.slice(inKit("test").length + 1);

/** How much of a file's time grows with the number of lessons, and how much with the number of drawn items. */
function growingMs({ name, ms, assertionResults }: File & { ms: number }): { lessonsMs: number; itemsMs: number } {
	const shareOf = (pattern: RegExp) => {
		const all = sum(assertionResults.map(({ duration }) => duration));
		const matching = assertionResults.filter(({ fullName }) => pattern.test(fullName));
		return all === 0 ? 0 : sum(matching.map(({ duration }) => duration)) / all;
	};
	const grows = FILES_THAT_GROW.some((pattern) => pattern.test(name));
	const shareOfItems = FILES_WITH_ITEMS.test(name) ? (grows ? shareOf(SUBMISSION) : 1) : 0;
	const shareOfLessons = grows ? 1 - shareOfItems : shareOfItems > 0 ? 0 : shareOf(TESTS_THAT_GROW);
	return { itemsMs: ms * shareOfItems, lessonsMs: ms * shareOfLessons };
}

async function read<S extends v.GenericSchema>(file: string, schema: S): Promise<v.InferOutput<S> | null> {
	const text = await readFile(join(cacheDir, file), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
	return parsed.success ? parsed.output : null;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

// How many of these files ran at a time, on average. A worker that had nothing to do at the end lowers the average.
function filesAtOnce(files: readonly { ms: number; startTime: number; endTime: number }[]): number {
	const first = Math.min(...files.map(({ startTime }) => startTime));
	const last = Math.max(...files.map(({ endTime }) => endTime));
	return files.length === 0 ? 1 : sum(files.map(({ ms }) => ms)) / (last - first);
}
