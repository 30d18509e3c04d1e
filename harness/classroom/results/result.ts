import * as v from "valibot";
import { harmless, inOneLine, isPrintableName } from "./harmless.ts";

/**
 * The report on a class: `--format json` prints it, and `grade merge` reads it. A report may come from somewhere
 * else, so its schema bounds everything in it. Once a report is accepted, its values can be sorted, printed and
 * written as they are.
 */

/** More than any class has, and more than a computer has memory for. */
const SUBMISSIONS_MAX = 100_000;
const LESSONS_MAX = 100;
/** The largest number that parseShard accepts. */
const SHARDS_MAX = 9_999;
const TEXT_CHARS_MAX = 10_000;
const POINTS_MAX = 1_000_000;
/** Maximum number of pairs of similar modules, over all lessons. */
export const SIMILAR_MAX = 1_000;
export const WARNINGS_MAX = 1_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const upTo = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));
const text = v.pipe(
	v.string(),
	v.maxLength(TEXT_CHARS_MAX),
	v.transform((raw) => harmless(raw, TEXT_CHARS_MAX)),
);
/** Text for one line of a report. It contains no line break. */
const line = v.pipe(text, v.transform(inOneLine));
/** A word such as a lesson's id or a key, for comparisons and for file names. */
const word = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,99}$/));
/** Name of a submission. It becomes part of a file name. */
const name = v.pipe(v.string(), v.check(isPrintableName, "not the name of a submission"));
const points = v.pipe(v.number(), v.minValue(0), v.maxValue(POINTS_MAX));
const list = <T extends v.GenericSchema>(item: T, max: number) => v.pipe(v.array(item), v.maxLength(max));

/**
 * The result of a lesson:
 * - `missing`: no module was handed in
 * - `error`: the module could not be judged, which says nothing about the module
 * - `unsupported`: the same, because this computer lacks something that judging needs
 */
export const STATUSES = ["pass", "fail", "missing", "error", "unsupported"] as const;
const Status = v.picklist(STATUSES);
export type Status = v.InferOutput<typeof Status>;

const Finding = v.object({
	/** The fact that is wrong. */
	what: line,
	/** What the fact shows in this run. */
	shows: text,
	/** What the fact should show. */
	should: text,
	/** The explanation's name. */
	diagnosis: line,
	why: text,
	/** What to try. */
	try: text,
	/** Manual pages and sections of lessons to read. */
	read: list(line, 100),
});
/** The first thing that is wrong, explained. */
export type Finding = v.InferOutput<typeof Finding>;

/** The result of judging one file. */
export const Judgement = v.object({
	status: Status,
	/** Why there is no verdict: the module could not be judged, or was not found. Null if there is a verdict. */
	reason: v.nullable(line),
	/** Null if the module passed, or if there is no verdict. */
	finding: v.nullable(Finding),
	/** What else differs from the reference. */
	others: list(line, 100),
	/** Where an exception came from: a line of the module, from 1; null if no exception came from the module. */
	line: v.nullable(count),
	/** The inputs that were drawn for this run. */
	drawn: v.pipe(
		v.record(word, text),
		v.check((drawn) => Object.keys(drawn).length <= 100, "too many inputs"),
	),
	/** What the exercise printed, or the beginning of it. It does not affect the status. */
	output: text,
	/** The lesson's points that this run earns, group by group; empty if nothing was judged. */
	groups: list(v.object({ title: line, points: points, pointsMax: points }), 100),
	durationMs: count,
});
export type Judgement = v.InferOutput<typeof Judgement>;

/** A fingerprint: a hash, its first line, and how many lines follow, each a number to the base of 36. */
const PRINT = "[0-9a-z]{1,7}\\.[1-9a-z][0-9a-z]{0,3}\\.[0-9a-z]{1,4}";
const PRINTS_CHARS_MAX = 40_000;
const Sketch = v.object({
	/** Modules with the same digest have the same text. */
	digest: word,
	/** Fingerprints of the module, without those of the lesson's own texts. */
	prints: v.pipe(v.string(), v.maxLength(PRINTS_CHARS_MAX), v.regex(new RegExp(`^(?:${PRINT}(?: ${PRINT})*)?$`))),
});
/** What a module is compared by. It does not contain the module. */
export type Sketch = v.InferOutput<typeof Sketch>;

const Result = v.object({
	lesson: word,
	/** Path of the lesson's module in the submission; null if no module was found. */
	file: v.nullable(text),
	/**
	 * The first submission, by name, with the same module; null if that is this submission, or if the module is not
	 * compared. Submissions with equal files are judged once.
	 */
	sameAs: v.nullable(name),
	/** What is unusual about the module: where it was found, or that it is the skeleton. */
	note: v.nullable(line),
	/** Only in the report on a shard: `grade merge` compares the modules of all shards by it. */
	sketch: v.nullable(Sketch),
	/** The points, with the late rule applied; null if the module could not be judged, which must not count as zero. */
	points: v.nullable(points),
	...Judgement.entries,
});
/** The result of one lesson of one submission. */
export type Result = v.InferOutput<typeof Result>;

const Late = v.object({
	isLate: v.boolean(),
	/** Minutes after the deadline, 0 if it came before; null if only the learning platform says whether it is late. */
	minutes: v.nullable(count),
	/** How many percent of the points are taken off. */
	percentOff: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
});
/** Whether a submission came late. */
export type Late = v.InferOutput<typeof Late>;

const SubmissionReport = v.object({
	name,
	/**
	 * What the roster calls the submission's owner: see roster.ts; null if there is no roster, or the owner is not in
	 * it.
	 */
	id: v.nullable(line),
	/**
	 * Null if nobody knows: the learning platform does not say, and the deadline or the submission's time is not known.
	 */
	late: v.nullable(Late),
	results: list(Result, LESSONS_MAX),
});
/** One submission: a result for each lesson, in the lessons' order. */
export type SubmissionReport = v.InferOutput<typeof SubmissionReport>;

const WeightedLesson = v.object({
	id: word,
	title: line,
	weight: points,
});
/** A lesson, and the points for passing it. */
export type WeightedLesson = v.InferOutput<typeof WeightedLesson>;

/** How the points of a lesson are given: for each group of facts, or only for a lesson that passes. */
export const SCORINGS = ["groups", "all-or-nothing"] as const;
export type Scoring = (typeof SCORINGS)[number];

/** Whether and when a submission's owner sees the results, in Gradescope's words. */
export const VISIBILITIES = ["visible", "hidden", "after_due_date", "after_published"] as const;

const lines = v.tuple([upTo(1_000_000), upTo(1_000_000)]);
const Similarity = v.object({
	lesson: word,
	one: name,
	other: name,
	/**
	 * How much of the shorter module is also in the other one. Text that is in the skeleton, in the reference or in much
	 * of the class does not count.
	 */
	percent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
	/** The first and the last line of what is alike, in both modules. */
	places: list(v.object({ one: lines, other: lines }), 20),
});
/** Two modules that are alike: a hint for a person, never a verdict. */
export type Similarity = v.InferOutput<typeof Similarity>;

export const ClassReport = v.pipe(
	v.object({
		schemaVersion: v.literal(2),
		/** Key of everything in the kit that decides verdicts. Reports with different keys cannot be merged. */
		kit: word,
		/** The whole class, over all shards: its key, and the number of its submissions. */
		class: v.object({ key: word, submissions: count }),
		/** Which part of the class this is: `index` counts from 1, and `of` is the number of parts. */
		shard: v.object({ index: upTo(SHARDS_MAX), of: upTo(SHARDS_MAX) }),
		lessons: list(WeightedLesson, LESSONS_MAX),
		scoring: v.picklist(SCORINGS),
		visibility: v.picklist(VISIBILITIES),
		submissions: list(SubmissionReport, SUBMISSIONS_MAX),
		similar: list(Similarity, SIMILAR_MAX),
		/** Entries of the class's folder that are not submissions, and what else a teacher should know. */
		warnings: list(line, WARNINGS_MAX),
		durationMs: count,
	}),
	v.check(({ shard }) => shard.index <= shard.of, "a shard beyond the last"),
	v.check(({ lessons }) => new Set(lessons.map(({ id }) => id)).size === lessons.length, "a lesson is listed twice"),
	v.check(
		({ lessons, submissions }) =>
			submissions.every(
				({ results }) =>
					results.length === lessons.length && results.every(({ lesson }, at) => lesson === lessons[at]?.id),
			),
		"a submission does not have a result for each lesson, in their order",
	),
);
export type ClassReport = v.InferOutput<typeof ClassReport>;

/** Points, as far as they are known. */
export interface Score {
	points: number;
	/** The most points that the judged lessons can have together. */
	judgedMax: number;
	max: number;
	/** Number of lessons that could not be judged. If there are any, the score is not final. */
	unjudged: number;
}

export const isJudged = ({ status }: { status: Status }): boolean => status !== "error" && status !== "unsupported";

export function scoreOf({ results }: SubmissionReport, lessons: readonly WeightedLesson[]): Score {
	const score: Score = { points: 0, judgedMax: 0, max: 0, unjudged: 0 };
	for (const [index, lesson] of lessons.entries()) {
		const result = results[index];
		if (result === undefined) throw new Error(`a report without a result for ${lesson.id}`);
		const { points } = result;
		score.max += lesson.weight;
		score.points += points ?? 0;
		score.judgedMax += points === null ? 0 : lesson.weight;
		score.unjudged += points === null ? 1 : 0;
	}
	return { ...score, points: Math.round(score.points * 100) / 100 };
}

/** Diagnoses of modules that could not be made into a program. */
const NOT_COMPILED = new Set([
	...["syntax-error", "missing-export", "unresolved-import", "unreadable-import", "too-large", "file-too-large"],
	"too-much-for-the-compiler",
]);

/** Whether no program could be made of the module. */
export const isNotCompiled = ({ finding }: Result): boolean => NOT_COMPILED.has(finding?.diagnosis ?? "");

/** What the late rule does to a submission, as a sentence; null if it came in time, or nobody knows. */
export function lateText(late: Late | null): string | null {
	if (late === null || !late.isLate) return null;
	const off = late.percentOff === 0 ? "nothing is taken off" : `${late.percentOff} % of the points are taken off`;
	return `Handed in late${late.minutes === null ? "" : ` by ${late.minutes} minutes`}: ${off}.`;
}

/** Describes a result in one line. */
export function headline(result: Result): string {
	const { status, reason, finding } = result;
	if (status === "pass") return "passed";
	if (status === "missing") return inOneLine(`not handed in: ${reason}`);
	if (finding === null) return inOneLine(`could not be judged: ${reason}`);
	return `${finding.what}: ${finding.diagnosis}`;
}

/** Describes a result in full, for a person to read: parts with their labels. The first part is the result itself. */
export function explanationOf(result: Result): [label: string, text: string][] {
	const { finding, others, line, file, note, groups } = result;
	const notes: [string, string][] = note === null ? [] : [["note", note]];
	if (finding === null) return [["result", headline(result)], ...notes];
	const earned = groups.filter(({ points }) => points > 0).map(({ title }) => title);
	const parts: [string, string][] = [
		["what", finding.what],
		["shows", finding.shows],
		["wanted", finding.should],
		["why", finding.why],
		["try", finding.try],
		["read", finding.read.join(", ")],
		["at", line === null ? "" : `${file}:${line}`],
		["also different", others.join("; ")],
		["right", earned.join("; ")],
		...notes,
	];
	return parts.filter(([, text]) => text !== "");
}

/**
 * The same as text, for whatever system the class uses. If a part has several lines, the later ones are indented. So no
 * text from a submission looks like a line of the report.
 */
export function explanationText(result: Result): string {
	const [[, first] = ["", ""], ...others] = explanationOf(result);
	return [first, ...others.map(([label, text]) => `${label}: ${text.replaceAll("\n", "\n  ")}`)].join("\n");
}
