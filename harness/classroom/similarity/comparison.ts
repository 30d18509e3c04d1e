import type { Similarity, SubmissionReport } from "../results/result.ts";
import { LessonModules, mostSimilar } from "./similarity.ts";

/**
 * Compares the modules of all submissions, by their sketches.
 * @returns the submissions, with `sameAs` in each result; and the pairs of modules that are alike
 */
export function compared(
	submissions: readonly SubmissionReport[],
	lessons: readonly { id: string }[],
): { submissions: SubmissionReport[]; similar: Similarity[] } {
	const modules = new Map(lessons.map(({ id }) => [id, new LessonModules()]));
	for (const { name, results } of submissions)
		for (const { lesson, sketch } of results) if (sketch !== null) modules.get(lesson)?.add(name, sketch);
	return {
		submissions: submissions.map((submission) => ({
			...submission,
			results: submission.results.map((result) => ({
				...result,
				sameAs: (result.sketch === null ? null : modules.get(result.lesson)?.sameAs(submission.name)) ?? null,
			})),
		})),
		similar: mostSimilar([...modules].flatMap(([lesson, all]) => all.pairs(lesson))),
	};
}

/** A report on a whole class needs no sketches: there is nothing left to compare its modules with. */
export const withoutSketches = (submissions: readonly SubmissionReport[]): SubmissionReport[] =>
	submissions.map((submission) => ({
		...submission,
		results: submission.results.map((result) => ({ ...result, sketch: null })),
	}));
