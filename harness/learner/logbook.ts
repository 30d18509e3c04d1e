import { open, realpath, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import { withLock } from "../base/lock.ts";
import { printable } from "../base/printable.ts";
import { readRegularFile } from "../base/regular-file.ts";

/**
 * The name of the logbook's file in a workspace. The logbook records what the learner has done so far. Any command may
 * read it; only {@link updateLogbook} changes it.
 */
export const LOGBOOK = "drydock.json";

/** Ten times the size of a logbook with a hundred lessons. */
const LOGBOOK_BYTES_MAX = 4 << 20;
const LESSONS_MAX = 200;

/** Far above any real count, and far enough below the largest safe integer that adding to it stays exact. */
const COUNT_MAX = 1e12;

const count = v.pipe(
	v.number(),
	v.safeInteger(),
	v.minValue(0),
	v.transform((number) => Math.min(number, COUNT_MAX)),
);
const time = v.pipe(v.string(), v.maxLength(40), v.isoTimestamp());
// Some of these texts are printed on a terminal, and an imported logbook may come from a stranger.
const text = v.pipe(
	v.string(),
	v.maxLength(20_000),
	v.transform((raw) => printable(raw).replaceAll(/\s+/g, " ")),
);
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(1_000));
/** A record by lesson id, which is also the name of a folder. */
const byLesson = <T extends v.GenericSchema>(record: T) =>
	v.pipe(
		v.record(v.pipe(v.string(), v.regex(/^\w[\w-]{0,99}$/)), record),
		v.check((records) => Object.keys(records).length <= LESSONS_MAX, "too many lessons"),
	);

const Attempt = v.object({
	at: time,
	verdict: v.picklist(["pass", "fail"]),
	findings: list(v.object({ fact: text, what: text, diagnosis: text, try: text, see: list(text) })),
});
/** One check of the learner's module, and its findings. Times are ISO 8601. */
export type Attempt = v.InferOutput<typeof Attempt>;

const LessonRecord = v.object({
	passed: v.nullable(v.object({ at: time, judgedBy: v.nullable(text), module: v.optional(v.nullable(text), null) })),
	attempts: count,
	spentMs: count,
	hintsShown: count,
	solutionShownAt: v.nullable(time),
	lastAttempt: v.nullable(Attempt),
});
/**
 * What the logbook records about one lesson.
 * - `passed`: null if the lesson has not passed. `at` is the time of the first pass. `judgedBy` is the key of what
 *   judged the last pass, and `module` the key of the module that passed then; null if not known
 * - `attempts`, `spentMs`: counted until the first pass. An attempt adds the time since the previous attempt at any
 *   lesson, but at most a quarter of an hour
 * - `hintsShown`: how many hints were shown; after the lesson's three, a fourth is made from the last attempt
 * - `solutionShownAt`: when the learner first looked at the solution before passing; null if never
 * - `lastAttempt`: null if there was none
 */
export type LessonRecord = v.InferOutput<typeof LessonRecord>;

const Logbook = v.object({
	schemaVersion: v.literal(2),
	/** Id of the lesson that the learner selected; null: the first lesson that has not been passed. */
	selected: v.nullable(text),
	lessons: byLesson(LessonRecord),
	/** When the learner's own engine first passed a track's finish, by the track's number. */
	finished: v.optional(v.record(v.pipe(v.string(), v.regex(/^\d{1,2}$/)), time), {}),
});
export type Logbook = v.InferOutput<typeof Logbook>;

/** The record of a lesson that the learner has not begun. */
export const EMPTY_RECORD: LessonRecord = {
	passed: null,
	attempts: 0,
	spentMs: 0,
	hintsShown: 0,
	solutionShownAt: null,
	lastAttempt: null,
};

const EMPTY_LOGBOOK: Logbook = { schemaVersion: 2, selected: null, lessons: {}, finished: {} };

// Version 1 recorded only the time of each lesson's first pass.
const FirstLogbook = v.pipe(
	v.object({ schemaVersion: v.literal(1), passed: byLesson(v.object({ at: time })) }),
	v.transform(({ passed }): Logbook => {
		const records = Object.entries(passed).map(([id, { at }]) => [
			id,
			{ ...EMPTY_RECORD, passed: { at, judgedBy: null, module: null }, attempts: 1 },
		]);
		return { ...EMPTY_LOGBOOK, lessons: Object.fromEntries(records) };
	}),
);
const AnyLogbook = v.pipe(v.string(), v.parseJson(), v.union([Logbook, FirstLogbook]));
const Newer = v.pipe(v.string(), v.parseJson(), v.object({ schemaVersion: v.pipe(v.number(), v.minValue(3)) }));

/**
 * Reads the logbook of a workspace; an empty one if the file does not exist.
 * @throws {Failure} usage: the file cannot be read, is damaged, or was written by a newer drydock
 */
export async function readLogbook(dir: string): Promise<Logbook> {
	const path = join(dir, LOGBOOK);
	if (!(await exists(path))) return EMPTY_LOGBOOK;
	const bytes = await realpath(path)
		.then((file) => readRegularFile(file, LOGBOOK_BYTES_MAX))
		.catch((cause: NodeJS.ErrnoException) => {
			throw new Failure("usage", `${path} cannot be read: ${cause.code ?? cause.message}`, `ls -l ${path}`, { cause });
		});
	return parseLogbook(bytes.toString(), path);
}

/**
 * Parses a logbook's text, of this version or an earlier one.
 * @param path what error messages call the logbook
 * @param mend what error messages suggest when the logbook is damaged
 * @throws {Failure} usage: the logbook is damaged, or was written by a newer drydock
 */
export function parseLogbook(source: string, path: string, mend = `mv ${path} ${path}.damaged`): Logbook {
	const parsed = v.safeParse(AnyLogbook, source);
	if (parsed.success) return parsed.output;
	if (v.is(Newer, source))
		throw new Failure("usage", `${path} was written by a newer drydock; this one would lose part of it`, UPDATE);
	throw new Failure("usage", `${path} is damaged: it is not what drydock wrote`, mend);
}

const UPDATE = "git pull, in drydock's folder, then npm start";

/**
 * Changes the logbook of a workspace, or creates it. When two processes do this at once, neither change is lost. A
 * process that is killed leaves either the old logbook or the new one.
 * @param dir an existing directory
 * @throws {Failure} usage: as for {@link readLogbook} and {@link serializeLogbook}; the file stays unchanged.
 * unsupported: the directory cannot be written
 */
export async function updateLogbook(dir: string, change: (logbook: Logbook) => Logbook): Promise<void> {
	const path = join(dir, LOGBOOK);
	try {
		await withLock(path, async () => writeLogbook(path, change(await readLogbook(dir))));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === undefined || interruption.aborted) throw error;
		throw new Failure("unsupported", `${path} cannot be written (${code})`, `ls -ld ${dir}; df ${dir}`, {
			cause: error,
		});
	}
}

/**
 * Serializes a logbook.
 * @param path what error messages call the logbook
 * @throws {Failure} usage: the logbook exceeds the limits for reading it again
 */
export function serializeLogbook(logbook: Logbook, path: string): string {
	const text = `${JSON.stringify(logbook, null, "\t")}\n`;
	if (Buffer.byteLength(text) <= LOGBOOK_BYTES_MAX && v.is(AnyLogbook, text)) return text;
	throw new Failure("usage", `${path} was not changed: it would exceed the limits of a logbook`);
}

async function writeLogbook(path: string, logbook: Logbook): Promise<void> {
	const text = serializeLogbook(logbook, path);
	// The workspace may come from a stranger: if this name is a link or a FIFO, it is removed instead of written through.
	await unlink(`${path}.new`).catch(unlessMissing);
	const staged = await open(`${path}.new`, "wx");
	try {
		await staged.writeFile(text);
		// Without sync(), a power cut after the rename could leave an empty logbook.
		await staged.sync();
	} finally {
		await staged.close();
	}
	await rename(`${path}.new`, path);
}

function unlessMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

/** The record of a lesson; EMPTY_RECORD if the logbook has none. */
export function recordOf({ lessons }: Logbook, { id }: { id: string }): LessonRecord {
	// Only own properties count: a logbook from a stranger may name a lesson "toString", which every object inherits.
	return (Object.hasOwn(lessons, id) ? lessons[id] : undefined) ?? EMPTY_RECORD;
}

/** Returns the logbook with some fields of a lesson's record replaced. */
export function withRecord(logbook: Logbook, { id }: { id: string }, news: Partial<LessonRecord>): Logbook {
	return { ...logbook, lessons: { ...logbook.lessons, [id]: { ...recordOf(logbook, { id }), ...news } } };
}

/**
 * Merges two logbooks of the same learner, from two computers. Of each lesson, keeps the time of the earlier first pass,
 * the module of the later last pass and what judged it, the larger counts, the earlier look at the solution, and the
 * later attempt. Of each track, keeps the earlier finish. If both have a selected lesson, the one in `mine` counts.
 */
export function mergeLogbooks(mine: Logbook, theirs: Logbook): Logbook {
	const merged = Object.keys({ ...theirs.lessons, ...mine.lessons }).map((id) => {
		const [one, other] = [recordOf(mine, { id }), recordOf(theirs, { id })];
		const record: LessonRecord = {
			passed: mergePasses(one, other),
			attempts: Math.max(one.attempts, other.attempts),
			spentMs: Math.max(one.spentMs, other.spentMs),
			hintsShown: Math.max(one.hintsShown, other.hintsShown),
			solutionShownAt: earliest(one.solutionShownAt, other.solutionShownAt, (at) => at),
			lastAttempt: latest(one.lastAttempt, other.lastAttempt, ({ at }) => at),
		};
		return [id, record] as const;
	});
	const finished = Object.entries({ ...theirs.finished, ...mine.finished }).map(
		([track, at]) => [track, earliest(at, theirs.finished[track] ?? null, (time) => time) ?? at] as const,
	);
	return {
		schemaVersion: 2,
		selected: mine.selected ?? theirs.selected,
		lessons: Object.fromEntries(merged),
		finished: Object.fromEntries(finished),
	};
}

// The time of the first pass on either side, and the rest of the side that passed last.
function mergePasses(one: LessonRecord, other: LessonRecord): LessonRecord["passed"] {
	const first = earliest(one.passed, other.passed, ({ at }) => at);
	const [mine, theirs] = [one, other].map(({ passed, lastAttempt }) => {
		const lastPass = lastAttempt?.verdict === "pass" ? lastAttempt.at : passed?.at;
		return passed === null || lastPass === undefined ? null : { ...passed, lastPass };
	}) as [LastPass | null, LastPass | null];
	const last = latest(mine, theirs, ({ lastPass }) => lastPass);
	return first === null || last === null ? null : { at: first.at, judgedBy: last.judgedBy, module: last.module };
}

type LastPass = NonNullable<LessonRecord["passed"]> & { lastPass: string };

// The earlier of two values, either of which may be missing.
function earliest<T>(one: T | null, other: T | null, at: (of: T) => string): T | null {
	if (one === null || other === null) return one ?? other;
	return Date.parse(at(one)) <= Date.parse(at(other)) ? one : other;
}

// The later of two values, either of which may be missing.
function latest<T>(one: T | null, other: T | null, at: (of: T) => string): T | null {
	if (one === null || other === null) return one ?? other;
	return Date.parse(at(one)) >= Date.parse(at(other)) ? one : other;
}
