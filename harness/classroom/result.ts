import * as v from "valibot";
import { harmless, inOneLine, isName } from "./harmless.ts";

/**
 * What is known of a class after it was graded: what `--format json` prints and `grade merge` reads. A report may have come a
 * long way, so its schema bounds everything in it: what was once taken in can be sorted, shown and written as it is.
 */

/** More than any class has, and than a computer has memory for. */
const SUBMISSIONS_MAX = 100_000;
const LESSONS_MAX = 100;
/** As many parts as can be asked for; see parseShard. */
const SHARDS_MAX = 9_999;
const TEXT_CHARS_MAX = 10_000;
const POINTS_MAX = 1_000_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const upTo = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));
const text = v.pipe(
	v.string(),
	v.maxLength(TEXT_CHARS_MAX),
	v.transform((raw) => harmless(raw, TEXT_CHARS_MAX)),
);
/** What stands in a line of a report: it begins no other. */
const line = v.pipe(text, v.transform(inOneLine));
/** Such as a lesson's id, or a key: a word that is used in names of files, and compared. */
const word = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,99}$/));
/** A submission's: it becomes a file's name. */
const name = v.pipe(v.string(), v.check(isName, "no name of a submission"));
const list = <T extends v.GenericSchema>(item: T, max: number) => v.pipe(v.array(item), v.maxLength(max));

/**
 * How a lesson went:
 * - `missing`: it was not handed in
 * - `error`, `unsupported`: it could not be judged, which says nothing of what was handed in
 */
export const STATUSES = ["pass", "fail", "missing", "error", "unsupported"] as const;
const Status = v.picklist(STATUSES);
export type Status = v.InferOutput<typeof Status>;

const Finding = v.object({
	what: line,
	shows: text,
	should: text,
	diagnosis: line,
	why: text,
	try: text,
	read: list(line, 100),
});
/** The first thing that is wrong, explained. */
export type Finding = v.InferOutput<typeof Finding>;

/** What came of judging one file. */
export const Judgement = v.object({
	status: Status,
	/** Of what could not be judged or was not handed in: why. */
	reason: v.nullable(line),
	finding: v.nullable(Finding),
	/** What else is different. */
	others: list(line, 100),
	/** Where an exception came from: a line of the module, from 1. */
	line: v.nullable(count),
	/** The inputs that were drawn for this run. */
	drawn: v.pipe(
		v.record(word, text),
		v.check((drawn) => Object.keys(drawn).length <= 100, "too many inputs"),
	),
	/** What the exercise printed, or the beginning of it. It decides nothing. */
	output: text,
	durationMs: count,
});
export type Judgement = v.InferOutput<typeof Judgement>;

const Result = v.object({
	lesson: word,
	/** Its path in the submission; null where none was found. */
	file: v.nullable(text),
	/** Which submission had the same files and was judged in its place. */
	sameAs: v.nullable(name),
	...Judgement.entries,
});
/** How one lesson of one submission went. */
export type Result = v.InferOutput<typeof Result>;

const Report = v.object({ name, results: list(Result, LESSONS_MAX) });
/** One submission: a result for each lesson, in the lessons' order. */
export type Report = v.InferOutput<typeof Report>;

const Graded = v.object({ id: word, title: line, weight: v.pipe(v.number(), v.minValue(0), v.maxValue(POINTS_MAX)) });
/** A lesson, and the points for passing it. */
export type Graded = v.InferOutput<typeof Graded>;

export const ClassReport = v.pipe(
	v.object({
		schemaVersion: v.literal(1),
		/** Names all that it was judged by; reports of different kits cannot be compared. */
		kit: word,
		/** Names the whole class, that of all shards. */
		class: v.object({ key: word, submissions: count }),
		/** Which part of the class this is, from 1. */
		shard: v.object({ index: upTo(SHARDS_MAX), of: upTo(SHARDS_MAX) }),
		lessons: list(Graded, LESSONS_MAX),
		submissions: list(Report, SUBMISSIONS_MAX),
		durationMs: count,
	}),
	v.check(({ shard }) => shard.index <= shard.of, "a shard beyond the last"),
	v.check(
		({ lessons }) => new Set(lessons.map(({ id }) => id)).size === lessons.length,
		"a lesson that is there twice",
	),
	v.check(
		({ lessons, submissions }) =>
			submissions.every(
				({ results }) =>
					results.length === lessons.length && results.every(({ lesson }, at) => lesson === lessons[at]?.id),
			),
		"a submission without a result for each lesson, in their order",
	),
);
export type ClassReport = v.InferOutput<typeof ClassReport>;

/** Points, as far as they are known. */
export interface Score {
	points: number;
	/** Of the lessons that could be judged. */
	judgedMax: number;
	max: number;
	/** Lessons that could not be judged: the score is not final. */
	unjudged: number;
}

export const isJudged = ({ status }: { status: Status }): boolean => status !== "error" && status !== "unsupported";

/** The points for one lesson; null when it could not be judged: that is never a zero. */
export function pointsFor({ status }: { status: Status }, { weight }: Graded): number | null {
	if (status === "error" || status === "unsupported") return null;
	return status === "pass" ? weight : 0;
}

export function scoreOf({ results }: Report, lessons: readonly Graded[]): Score {
	const score: Score = { points: 0, judgedMax: 0, max: 0, unjudged: 0 };
	for (const [index, lesson] of lessons.entries()) {
		const result = results[index];
		if (result === undefined) throw new Error(`a report without a result for ${lesson.id}`);
		const points = pointsFor(result, lesson);
		score.max += lesson.weight;
		score.points += points ?? 0;
		score.judgedMax += points === null ? 0 : lesson.weight;
		score.unjudged += points === null ? 1 : 0;
	}
	return score;
}

/** What there is to say of a result in one line. */
export function headline(result: Result): string {
	const { status, reason, finding } = result;
	if (status === "pass") return "passed";
	if (status === "missing") return inOneLine(`not handed in: ${reason}`);
	if (finding === null) return inOneLine(`could not be judged: ${reason}`);
	return `${finding.what}: ${finding.diagnosis}`;
}

/**
 * All that there is to say of a result, in lines; a person reads it in whatever system the class uses. What a submission
 * has said has its further lines indented, so that none of them passes for a line of the report.
 */
export function explained(result: Result): string {
	const { finding, others, line, file } = result;
	if (finding === null) return headline(result);
	const { what, shows, should, why, try: advice, read } = finding;
	return [
		what,
		`shows: ${indented(shows)}`,
		`should: ${indented(should)}`,
		`why: ${indented(why)}`,
		`try: ${indented(advice)}`,
		...(read.length === 0 ? [] : [`read: ${read.join(", ")}`]),
		...(line === null ? [] : [`at: ${file}:${line}`]),
		...(others.length === 0 ? [] : [`also different: ${others.join("; ")}`]),
	].join("\n");
}

const indented = (text: string) => text.replaceAll("\n", "\n  ");
