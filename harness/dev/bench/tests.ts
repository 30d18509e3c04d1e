import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cacheDir } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { lessons } from "../../judge/lessons.ts";

/** Number of lessons that the course is planned to have. */
const LESSONS_PLANNED = 30;
/** Test files whose duration grows with the number of lessons. */
const FILES_THAT_GROW = /\/(submissions|mutants|hostile|examples|rehearsals|dev-check|fuzz)\.test\.ts$/;

/** The parts of vitest's JSON report that are used. Times are in milliseconds since 1970. */
const Report = v.object({
	startTime: v.number(),
	testResults: v.array(
		v.object({ name: v.string(), startTime: v.number(), endTime: v.number(), assertionResults: v.array(v.unknown()) }),
	),
});

/**
 * Reads from the report of the last `npm test` on this computer how long each of its parts took, and estimates how long it
 * would take with thirty lessons.
 * @returns milliseconds by name: `testsMs.` and a file; `testsMs` for all; `testsMs.with30Lessons` for the projection
 * @throws {Failure} usage: no tests were run here
 */
export async function testDurations(): Promise<Record<string, number[]>> {
	const text = await readFile(join(cacheDir, "tests.json"), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Report), text);
	if (!parsed.success) throw new Failure("usage", "no tests were run on this computer yet", "npm test");
	return durationsOf(parsed.output, (await lessons()).length);
}

/** The same of a report that was read. @param lessonCount number of lessons that the course had */
export function durationsOf(
	{ startTime, testResults }: v.InferOutput<typeof Report>,
	lessonCount: number,
): Record<string, number[]> {
	const files = testResults.map(({ name, ...file }) => ({
		name: name.slice(inKit("test").length + 1),
		path: name,
		ms: Math.round(file.endTime - file.startTime),
		...{ startTime: file.startTime, endTime: file.endTime },
	}));
	const sumIn = (folder: string) =>
		files.filter(({ name }) => name.startsWith(`${folder}/`)).reduce((sum, { ms }) => sum + ms, 0);
	const inMachines = files.filter(({ name }) => name.startsWith("vm/"));
	const total = Math.max(...files.map(({ endTime }) => endTime)) - startTime;
	const growth = LESSONS_PLANNED / lessonCount - 1;
	const growing = inMachines.filter(({ path }) => FILES_THAT_GROW.test(path));
	const grownMs = growing.reduce((sum, { ms }) => sum + ms * growth, 0);
	const longest = inMachines.toSorted((one, other) => other.ms - one.ms);
	return {
		testsMs: [total],
		[`testsMs.with${LESSONS_PLANNED}Lessons`]: [total + grownMs / filesAtOnce(inMachines)],
		...Object.fromEntries(["unit", "cli"].map((folder) => [`testsMs.${folder}`, [sumIn(folder)]])),
		...Object.fromEntries(longest.map(({ name, ms }) => [`testsMs.${name}`, [ms]])),
	};
}

// How many of these files ran at a time, on average. At the end, a worker may have had nothing to do; this counts, too.
function filesAtOnce(files: readonly { ms: number; startTime: number; endTime: number }[]): number {
	const first = Math.min(...files.map(({ startTime }) => startTime));
	const last = Math.max(...files.map(({ endTime }) => endTime));
	return files.length === 0 ? 1 : files.reduce((sum, { ms }) => sum + ms, 0) / (last - first);
}
