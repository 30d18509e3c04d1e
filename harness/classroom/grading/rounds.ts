import { concurrently } from "../../base/concurrently.ts";
import type { Result, SubmissionReport } from "../results/result.ts";
import type { Candidate } from "../submissions/submission.ts";
import { type Attempt, Grader, type GraderOptions, type LessonToGrade } from "./grader.ts";

/**
 * Number of modules to compile beyond those that have a machine: some turn out to be judged already. A compiled module
 * takes a few megabytes until it is judged, so the number does not grow with the lessons.
 */
const MODULES_AHEAD = 8;
/** Maximum number of times that a module is judged, if the computer is too busy for a verdict or judging fails. */
const ROUNDS_MAX = 3;

export interface GradingOptions extends GraderOptions {
	lessons: readonly LessonToGrade[];
	/** Called for each result as soon as it is final. */
	onResult(result: Result): void;
	/** Called with the number of results that are judged again: see {@link Attempt}. */
	onRetry(count: number): void;
}

/**
 * Judges every lesson of every submission. The modules whose results are doubtful are judged again at the end, in
 * further rounds: see {@link Attempt}.
 * @throws only if it is interrupted: if a module cannot be judged, its result says so
 */
export async function gradeAll(candidates: readonly Candidate[], grading: GradingOptions): Promise<SubmissionReport[]> {
	const grader = new Grader(grading);
	return grader.withExtraMachines(inRounds(candidates, grader, grading));
}

async function inRounds(
	candidates: readonly Candidate[],
	grader: Grader,
	grading: GradingOptions,
): Promise<SubmissionReport[]> {
	const attempts = await inOneRound(1, candidates, grader, grading, () => grading.lessons);
	for (let round = 2; round <= ROUNDS_MAX; round++) {
		const doubtful = (name: string) => grading.lessons.filter((_, at) => attempts.get(name)?.[at]?.isDoubtful);
		const remaining = candidates.filter(({ name }) => doubtful(name).length > 0);
		if (remaining.length === 0) break;
		grading.onRetry(remaining.reduce((sum, { name }) => sum + doubtful(name).length, 0));
		grader.beginRound();
		for (const [name, retried] of await inOneRound(round, remaining, grader, grading, doubtful)) {
			const results = attempts.get(name) ?? [];
			for (const one of retried) results[results.findIndex(({ result }) => result.lesson === one.result.lesson)] = one;
		}
	}
	return candidates.map(({ name }) => ({
		...{ name, id: null, late: null },
		results: (attempts.get(name) ?? []).map(({ result }) => result),
	}));
}

// @param lessonsOf the lessons to judge in this round, by the submission's name
async function inOneRound(
	round: number,
	candidates: readonly Candidate[],
	grader: Grader,
	{ lessons, machinesAtOnce, extraMachines, onResult }: GradingOptions,
	lessonsOf: (name: string) => readonly LessonToGrade[],
): Promise<Map<string, Attempt<Result>[]>> {
	const all = concurrently(
		candidates,
		async ({ name, open }) => {
			const submission = once(open);
			const results = lessonsOf(name).map(async (lesson) => {
				const attempt = await grader.grade(name, submission, lesson);
				if (!attempt.isDoubtful || round === ROUNDS_MAX) onResult(attempt.result);
				return attempt;
			});
			return [name, await Promise.all(results)] as const;
		},
		Math.ceil((machinesAtOnce + extraMachines + MODULES_AHEAD) / Math.max(1, lessons.length)),
	);
	return new Map(await Promise.all(all));
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return () => {
		result ??= work();
		return result;
	};
}
