import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cacheDir } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { lessons } from "../../judge/lessons.ts";

/** Number of lessons that the course is planned to have. */
const LESSONS_PLANNED = 30;
/**
 * Test files whose duration grows with the number of lessons, in a pattern of their paths in test/. Other files that try
 * every lesson draw a fixed number of them in `npm test`.
 */
const FILES_THAT_GROW = [
	/^vm\/(submissions|mutants|hostile|examples|rehearsals|dev-check|fuzz|finish)\.test\.ts$/,
	/^unit\/(lessons\/|dev\/|support\/records|engine\/engine-at|base\/depends-on|cli\/text\/markdown)/,
];
/** Tests in other files that try every lesson. */
const TESTS_THAT_GROW = /\bcheck --all\b/;
/** Where tests run one after the other: the next folders' tests begin when these have ended. */
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
/** How long `npm test` took for what it does before vitest, by the name of the script, in milliseconds. */
const Before = v.record(v.string(), v.number());

/**
 * Reads from the reports of the last `npm test` on this computer how long each of its parts took, and estimates how long it
 * would take with thirty lessons.
 * @returns milliseconds by name: `testsMs` for all but the set-up; `testsMs.with30Lessons` for the projection;
 * `testsMs.` and a script, a folder or a file: files that ran beside it had their share of the computer
 * @throws {Failure} usage: no tests were run here
 */
export async function testDurations(): Promise<Record<string, number[]>> {
	const [report, before] = await Promise.all([read("tests.json", Report), read("tests-before.json", Before)]);
	if (report === null) throw new Failure("usage", "no tests were run on this computer yet", "npm test");
	return durationsOf(report, before ?? {}, (await lessons()).length);
}

/** The same of reports that were read. @param lessonCount number of lessons that the course had */
export function durationsOf(
	{ startTime, testResults }: v.InferOutput<typeof Report>,
	before: v.InferOutput<typeof Before>,
	lessonCount: number,
): Record<string, number[]> {
	const files = testResults.map(({ name, ...file }) => ({
		...file,
		name: name.slice(inKit("test").length + 1),
		ms: Math.round(file.endTime - file.startTime),
	}));
	const total = sum(Object.values(before)) + Math.max(...files.map(({ endTime }) => endTime)) - startTime;
	const growth = LESSONS_PLANNED / lessonCount - 1;
	const grown = PHASES.map((phase) => {
		const together = files.filter(({ name }) => phase.test(name));
		return (sum(together.map(growingMs)) * growth) / filesAtOnce(together);
	});
	const inFolder = (folder: string) => files.filter(({ name }) => name.startsWith(`${folder}/`));
	const longest = inFolder("vm").toSorted((one, other) => other.ms - one.ms);
	return {
		testsMs: [total],
		[`testsMs.with${LESSONS_PLANNED}Lessons`]: [total + sum(grown)],
		...Object.fromEntries(Object.entries(before).map(([script, ms]) => [`testsMs.${script}`, [ms]])),
		...Object.fromEntries(
			["unit", "cli", "vm"].map((folder) => [`testsMs.${folder}`, [sum(inFolder(folder).map(({ ms }) => ms))]]),
		),
		...Object.fromEntries(longest.map(({ name, ms }) => [`testsMs.${name}`, [ms]])),
	};
}

/** How much of a file's time grows with the number of lessons. */
function growingMs({
	name,
	ms,
	assertionResults,
}: { ms: number } & v.InferOutput<typeof Report>["testResults"][number]) {
	if (FILES_THAT_GROW.some((pattern) => pattern.test(name))) return ms;
	return sum(assertionResults.filter(({ fullName }) => TESTS_THAT_GROW.test(fullName)).map(({ duration }) => duration));
}

async function read<S extends v.GenericSchema>(file: string, schema: S): Promise<v.InferOutput<S> | null> {
	const text = await readFile(join(cacheDir, file), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
	return parsed.success ? parsed.output : null;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

// How many of these files ran at a time, on average. At the end, a worker may have had nothing to do; this counts, too.
function filesAtOnce(files: readonly { ms: number; startTime: number; endTime: number }[]): number {
	const first = Math.min(...files.map(({ startTime }) => startTime));
	const last = Math.max(...files.map(({ endTime }) => endTime));
	return files.length === 0 ? 1 : sum(files.map(({ ms }) => ms)) / (last - first);
}
