import { createHash, randomInt } from "node:crypto";
import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import { drawnShare, unknownShare } from "../../harness/dev/drawn-items.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { fits, type Item } from "./items.ts";
import { type Records, readRecords } from "./records.ts";
import { TEST_FILES } from "./test-files.ts";

/**
 * Which items this run of the tests tries. `test/run.ts` sets the variables.
 *
 *   test     what has no record for its present key, and a random tenth of the rest; or less of both, if that is too
 *            much for one run: see `unknownShare` and `drawnShare`
 *   all      everything, or one shard of it
 *   records  what has no record for its present key; what the cache has observed before is not played again. Or the
 *            items that are named, which are played
 */
const MODE = process.env["DRYDOCK_TESTS"] ?? "test";
/** A run with the same seed draws the same. */
export const SEED = Number(process.env["DRYDOCK_TESTS_SEED"] ?? randomInt(2 ** 31));
/** The part of all items that this run tries: `1/2` is the first half. */
const [SHARD = 1, SHARDS = 1] = (process.env["DRYDOCK_TESTS_SHARD"] ?? "1/1").split("/").map(Number);
/** When the run began, in milliseconds since 1970. What was played since then is not played again. */
const STARTED_MS = Number(process.env["DRYDOCK_TESTS_STARTED_MS"] ?? Date.now());
/** The id of the only lesson whose items are tried; undefined for all lessons. */
const LESSON = process.env["DRYDOCK_TESTS_LESSON"];
/** The names of the only items that are tried; undefined for all items. */
const NAMES = process.env["DRYDOCK_TESTS_ITEMS"]?.split("\n");
/** Whether this run tries everything, however long it takes. */
export const TRIES_ALL = MODE === "all";
/** Results are appended to this file, one line of JSON per result. */
const RESULTS = process.env["DRYDOCK_TESTS_RESULTS"];

const ids = (await lessons()).map(({ id }) => id);
const records = new Map<string, Records>(
	await Promise.all([...ids, TEST_FILES].map(async (id) => [id, await readRecords(id)] as const)),
);

/** How many items of lessons have no record for their present key. */
const UNKNOWN = Number(process.env["DRYDOCK_TESTS_UNKNOWN"] ?? 0);

/** The share of the items with a record that mode `test` draws. */
const knownShare = drawnShare(Number(process.env["DRYDOCK_TESTS_KNOWN"] ?? 0), UNKNOWN);

/** Whether the item has a record for its present key. */
export const isKnown = ({ lesson, name, key }: Item): boolean => records.get(lesson)?.get(name)?.key === key;

/** The ids of the lessons whose items this run may try. */
export const TRIED_LESSONS: readonly string[] = LESSON === undefined ? ids : [LESSON];

/** Whether this run tries the item. Mode `test` tries every test file that has no record for its present key. */
export function isTried(item: Item): boolean {
	if (item.lesson === TEST_FILES && MODE === "test") return !isKnown(item) || isDrawn(item, knownShare);
	if (item.lesson !== TEST_FILES && !TRIED_LESSONS.includes(item.lesson)) return false;
	if (NAMES !== undefined) return NAMES.includes(item.name);
	if (MODE === "all") return Math.floor(fraction("shard", item) * SHARDS) + 1 === SHARD;
	return MODE === "test" ? isDrawn(item, isKnown(item) ? knownShare : unknownShare(UNKNOWN)) : !isKnown(item);
}

/**
 * How new an observation of the item in the cache must be, in milliseconds since 1970. `judge` plays the item again if
 * there is none so new. An item with a record, one that is tried by name, and every item in mode `all` must be played
 * in this run. For other items, any observation in the cache is good enough.
 */
export function playedSinceMs(item: Item): number {
	return MODE === "all" || NAMES !== undefined || isKnown(item) ? STARTED_MS : 0;
}

/** The same for solutions and skeletons, which every run tries. */
export const ALWAYS_SINCE_MS = MODE === "records" ? 0 : STARTED_MS;

/** Expects that a result is one that the item may have. If it is, notes it for the records. */
export function expectResult(item: Item, result: string): void {
	const { lesson, name, key, expected } = item;
	const wanted = `should be ${expected.join(" or ")}; to repeat it: npm run records -- ${lesson.slice(0, 2)} '${name}'`;
	expect(fits(item, result), `${lesson} ${name}: ${result}, ${wanted}`).toBe(true);
	if (RESULTS !== undefined) appendFileSync(RESULTS, `${JSON.stringify({ lesson, name, key, result })}\n`);
}

/**
 * Draws some of the points at which a test tries the same thing, such as lessons or moments. So the test takes no longer
 * when there are more lessons.
 * @param test names what is tried, so that different tests draw different points
 * @param count how many are drawn
 * @returns the points that are drawn; all points with `test:all`, and in a run for one lesson
 */
export function drawn<P extends string | number>(test: string, points: readonly P[], count = 3): readonly P[] {
	if (TRIES_ALL || LESSON !== undefined) return points;
	const place = (point: P) => fraction(String(SEED), { lesson: String(point), name: test });
	const first = new Set(points.toSorted((one, other) => place(one) - place(other)).slice(0, count));
	return points.filter((point) => first.has(point));
}

// Draws by name, so that a new item does not change the draw of the others.
const isDrawn = (item: Item, share: number): boolean => fraction(String(SEED), item) < share;

// A number from 0 to below 1, which depends on nothing but the arguments.
function fraction(salt: string, { lesson, name }: Pick<Item, "lesson" | "name">): number {
	return createHash("sha256").update(`${salt} ${lesson}/${name}`).digest().readUInt32BE() / 2 ** 32;
}
