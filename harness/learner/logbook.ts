import { open, realpath, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import { withLock } from "../base/lock.ts";
import { printable } from "../base/printable.ts";
import { readBytes } from "../base/regular-file.ts";

/**
 * The logbook: what a learner has done so far, in one file of the workspace. It is read at any time, and only ever
 * changed by {@link updateLogbook}.
 */
export const LOGBOOK = "drydock.json";

/** What a logbook of a hundred lessons has, ten times over. */
const LOGBOOK_BYTES_MAX = 4 << 20;
const LESSONS_MAX = 200;

/** Much more than anybody reaches, and so much less than the largest safe integer that it can be counted on from there. */
const COUNT_MAX = 1e12;

const count = v.pipe(
	v.number(),
	v.safeInteger(),
	v.minValue(0),
	v.transform((number) => Math.min(number, COUNT_MAX)),
);
const time = v.pipe(v.string(), v.maxLength(40), v.isoTimestamp());
// Some of it ends up in a terminal, and an imported logbook may be anybody's.
const text = v.pipe(
	v.string(),
	v.maxLength(20_000),
	v.transform((raw) => printable(raw).replaceAll(/\s+/g, " ")),
);
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(1_000));
/** By lesson, which is the name of a folder. */
const byLesson = <T extends v.GenericSchema>(page: T) =>
	v.pipe(
		v.record(v.pipe(v.string(), v.regex(/^\w[\w-]{0,99}$/)), page),
		v.check((pages) => Object.keys(pages).length <= LESSONS_MAX, "too many lessons"),
	);

const Attempt = v.object({
	at: time,
	verdict: v.picklist(["pass", "fail"]),
	findings: list(v.object({ fact: text, what: text, diagnosis: text, try: text, see: list(text) })),
});
/** One judgement of the learner's module, and what there was to say of it. Times are ISO 8601. */
export type Attempt = v.InferOutput<typeof Attempt>;

const Page = v.object({
	passed: v.nullable(v.object({ at: time, judgedBy: v.nullable(text), module: v.optional(v.nullable(text), null) })),
	attempts: count,
	spentMs: count,
	hintsShown: count,
	solutionShownAt: v.nullable(time),
	lastAttempt: v.nullable(Attempt),
});
/**
 * What is known of one lesson.
 * - `passed`: when first, and at its last pass what it was judged by and which module it was (null: not known)
 * - `attempts`, `spentMs`: until it first passed. An attempt adds the time since the attempt before it, at whatever
 *   lesson, but never more than a quarter of an hour
 * - `hintsShown`: 4 when all three were, and one more made of the last attempt
 * - `solutionShownAt`: when the solution was first looked at without a pass
 */
export type Page = v.InferOutput<typeof Page>;

const Logbook = v.object({
	schemaVersion: v.literal(2),
	/** The lesson that the learner has chosen; null: the first that has not been passed. */
	selected: v.nullable(text),
	lessons: byLesson(Page),
});
export type Logbook = v.InferOutput<typeof Logbook>;

/** A page with nothing on it yet. */
export const EMPTY_PAGE: Page = {
	passed: null,
	attempts: 0,
	spentMs: 0,
	hintsShown: 0,
	solutionShownAt: null,
	lastAttempt: null,
};

// Version 1 knew when lessons were first passed.
const FirstLogbook = v.pipe(
	v.object({ schemaVersion: v.literal(1), passed: byLesson(v.object({ at: time })) }),
	v.transform(({ passed }): Logbook => {
		const pages = Object.entries(passed).map(([id, { at }]) => [
			id,
			{ ...EMPTY_PAGE, passed: { at, judgedBy: null, module: null }, attempts: 1 },
		]);
		return { schemaVersion: 2, selected: null, lessons: Object.fromEntries(pages) };
	}),
);
const AnyLogbook = v.pipe(v.string(), v.parseJson(), v.union([Logbook, FirstLogbook]));
const Newer = v.pipe(v.string(), v.parseJson(), v.object({ schemaVersion: v.pipe(v.number(), v.minValue(3)) }));

/**
 * The logbook of a workspace; an empty one, if it has none.
 * @throws {Failure} usage: the file is damaged, or a newer drydock's
 */
export async function readLogbook(dir: string): Promise<Logbook> {
	const path = join(dir, LOGBOOK);
	if (!(await exists(path))) return { schemaVersion: 2, selected: null, lessons: {} };
	const bytes = await realpath(path)
		.then((file) => readBytes(file, LOGBOOK_BYTES_MAX))
		.catch((cause: NodeJS.ErrnoException) => {
			throw new Failure("usage", `${path} cannot be read: ${cause.code ?? cause.message}`, `ls -l ${path}`, { cause });
		});
	return parseLogbook(bytes.toString(), path);
}

/**
 * Reads a logbook's text, of this version or an earlier one.
 * @param path what to call it in an error
 * @param mend what to do about it when it is damaged
 * @throws {Failure} usage: it is damaged, or a newer drydock's
 */
export function parseLogbook(source: string, path: string, mend = `mv ${path} ${path}.damaged`): Logbook {
	const parsed = v.safeParse(AnyLogbook, source);
	if (parsed.success) return parsed.output;
	if (v.is(Newer, source))
		throw new Failure("usage", `${path} was written by a newer drydock; this one would lose part of it`, UPDATE);
	throw new Failure("usage", `${path} is not what drydock wrote there`, mend);
}

const UPDATE = "git pull, in drydock's folder, then npm start";

/**
 * Changes the logbook of a workspace, or makes it. Two processes that do so at once lose nothing of each other's, and
 * one that is killed leaves the old logbook or the new one.
 * @param dir is there already
 * @throws {Failure} usage: the file is damaged, or a newer drydock's; it stays as it is. unsupported: nothing can be
 * written there
 */
export async function updateLogbook(dir: string, change: (logbook: Logbook) => Logbook): Promise<void> {
	const path = join(dir, LOGBOOK);
	try {
		await withLock(path, async () => write(path, change(await readLogbook(dir))));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === undefined || interruption.aborted) throw error;
		throw new Failure("unsupported", `${path} cannot be written (${code})`, `ls -ld ${dir}; df ${dir}`, {
			cause: error,
		});
	}
}

/**
 * A logbook as it is written.
 * @param path what to call it in an error
 * @throws {Failure} usage: there is more in it than could be read again
 */
export function textOf(logbook: Logbook, path: string): string {
	const text = `${JSON.stringify(logbook, null, "\t")}\n`;
	if (Buffer.byteLength(text) <= LOGBOOK_BYTES_MAX && v.is(AnyLogbook, text)) return text;
	throw new Failure("usage", `${path} stays as it is: there would be more in it than any learner's logbook has`);
}

async function write(path: string, logbook: Logbook): Promise<void> {
	const text = textOf(logbook, path);
	// A workspace may be somebody else's: a link or a FIFO that has this name is not written through.
	await unlink(`${path}.new`).catch(unlessMissing);
	const staged = await open(`${path}.new`, "wx");
	try {
		await staged.writeFile(text);
		// So that no power cut leaves an empty file under the old name.
		await staged.sync();
	} finally {
		await staged.close();
	}
	await rename(`${path}.new`, path);
}

function unlessMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

/** What is known of a lesson. */
export function pageOf({ lessons }: Logbook, { id }: { id: string }): Page {
	// Of its own only: a logbook may come from somebody else, and every object has a "toString".
	return (Object.hasOwn(lessons, id) ? lessons[id] : undefined) ?? EMPTY_PAGE;
}

/** The logbook with some of a lesson's page written anew. */
export function withPage(logbook: Logbook, { id }: { id: string }, news: Partial<Page>): Logbook {
	return { ...logbook, lessons: { ...logbook.lessons, [id]: { ...pageOf(logbook, { id }), ...news } } };
}

/** One logbook of two, of the same learner on two computers. Where they cannot both be right, `mine` is. */
export function mergeLogbooks(mine: Logbook, theirs: Logbook): Logbook {
	const merged = Object.keys({ ...theirs.lessons, ...mine.lessons }).map((id) => {
		const [one, other] = [pageOf(mine, { id }), pageOf(theirs, { id })];
		const page: Page = {
			passed: earliest(one.passed, other.passed, ({ at }) => at),
			attempts: Math.max(one.attempts, other.attempts),
			spentMs: Math.max(one.spentMs, other.spentMs),
			hintsShown: Math.max(one.hintsShown, other.hintsShown),
			solutionShownAt: earliest(one.solutionShownAt, other.solutionShownAt, (at) => at),
			lastAttempt: earliest(one.lastAttempt, other.lastAttempt, ({ at }) => at, -1),
		};
		return [id, page] as const;
	});
	return { schemaVersion: 2, selected: mine.selected ?? theirs.selected, lessons: Object.fromEntries(merged) };
}

// The earlier of two that may be missing; with -1, the later.
function earliest<T>(one: T | null, other: T | null, at: (of: T) => string, order: 1 | -1 = 1): T | null {
	if (one === null || other === null) return one ?? other;
	return (Date.parse(at(one)) - Date.parse(at(other))) * order <= 0 ? one : other;
}
