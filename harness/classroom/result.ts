import * as v from "valibot";

/** What is known of a class after it was graded: what `--format json` prints and `grade merge` reads. */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * How a lesson went:
 * - `missing`: it was not handed in
 * - `error`, `unsupported`: it could not be judged, which says nothing of what was handed in
 */
export const STATUSES = ["pass", "fail", "missing", "error", "unsupported"] as const;
const Status = v.picklist(STATUSES);
export type Status = v.InferOutput<typeof Status>;

const Finding = v.object({
	what: v.string(),
	shows: v.string(),
	should: v.string(),
	diagnosis: v.string(),
	why: v.string(),
	try: v.string(),
	read: v.array(v.string()),
});
/** The first thing that is wrong, explained. */
export type Finding = v.InferOutput<typeof Finding>;

/** What came of judging one file. */
export const Judgement = v.object({
	status: Status,
	/** Of what could not be judged or was not handed in: why. */
	reason: v.nullable(v.string()),
	finding: v.nullable(Finding),
	/** What else is different. */
	others: v.array(v.string()),
	/** Where an exception came from: a line of the module, from 1. */
	line: v.nullable(count),
	/** The inputs that were drawn for this run. */
	drawn: v.record(v.string(), v.string()),
	/** What the exercise printed, or the beginning of it. It decides nothing. */
	output: v.string(),
	durationMs: count,
});
export type Judgement = v.InferOutput<typeof Judgement>;

const Result = v.object({
	lesson: v.string(),
	/** Its path in the submission; null where none was found. */
	file: v.nullable(v.string()),
	/** Which submission had the same files and was judged in its place. */
	sameAs: v.nullable(v.string()),
	...Judgement.entries,
});
/** How one lesson of one submission went. */
export type Result = v.InferOutput<typeof Result>;

const Report = v.object({ name: v.string(), results: v.array(Result) });
/** One submission: a result for each lesson, in the lessons' order. */
export type Report = v.InferOutput<typeof Report>;

const Graded = v.object({ id: v.string(), title: v.string(), weight: v.pipe(v.number(), v.minValue(0)) });
/** A lesson, and the points for passing it. */
export type Graded = v.InferOutput<typeof Graded>;

export const ClassReport = v.object({
	schemaVersion: v.literal(1),
	/** Names all that it was judged by; reports of different kits cannot be compared. */
	kit: v.string(),
	/** Names the whole class, that of all shards. */
	class: v.object({ key: v.string(), submissions: count }),
	/** Which part of the class this is, from 1. */
	shard: v.object({ index: count, of: count }),
	lessons: v.array(Graded),
	submissions: v.array(Report),
	durationMs: count,
});
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
	if (status === "missing") return `not handed in: ${reason}`;
	if (finding === null) return `could not be judged: ${reason}`;
	return `${finding.what}: ${finding.diagnosis}`;
}

/** All that there is to say of a result, in lines; a person reads it in whatever system the class uses. */
export function explained(result: Result): string {
	const { finding, others, line, file } = result;
	if (finding === null) return headline(result);
	const { what, shows, should, why, try: advice, read } = finding;
	return [
		what,
		`shows: ${shows}`,
		`should: ${should}`,
		`why: ${why}`,
		`try: ${advice}`,
		...(read.length === 0 ? [] : [`read: ${read.join(", ")}`]),
		...(line === null ? [] : [`at: ${file}:${line}`]),
		...(others.length === 0 ? [] : [`also different: ${others.join("; ")}`]),
	].join("\n");
}
