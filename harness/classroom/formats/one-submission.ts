import {
	type ClassReport,
	headline,
	isJudged,
	type Result,
	type SubmissionReport,
	type WeightedLesson,
} from "../results/result.ts";

/** The only submission in a report, with each lesson beside its result; for documents that hold one submission. */
export function onlySubmission(report: ClassReport): {
	submission: SubmissionReport;
	rows: { lesson: WeightedLesson; result: Result }[];
} {
	const [submission, ...others] = report.submissions;
	if (submission === undefined || others.length > 0)
		throw new Error("a document of one submission was made of several");
	const rows = report.lessons.map((lesson, at) => {
		const result = submission.results[at];
		if (result === undefined) throw new Error(`a report without a result for ${lesson.id}`);
		return { lesson, result };
	});
	return { submission, rows };
}

/** How long the runs that judged the submission took, in whole seconds. */
export const secondsOf = ({ results }: SubmissionReport): number =>
	Math.round(results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000);

/** A message about the lessons that could not be judged; null if there are none. */
export function unjudgedMessage(rows: readonly { lesson: WeightedLesson; result: Result }[]): string | null {
	const unjudged = rows.filter(({ result }) => !isJudged(result));
	if (unjudged.length === 0) return null;
	// A run that was disturbed may have a finding instead of a reason.
	const reasons = unjudged.map(({ lesson: { id }, result }) => `${id}: ${result.reason ?? headline(result)}`);
	return `Some lessons could not be judged. That says nothing about your work. These lessons have no points yet: ask your teacher to grade them again.\n${reasons.join("\n")}`;
}

/** A result as one of the three outcomes that most systems know. A module that was not handed in has failed. */
export function testStatus({ status }: Result): "pass" | "fail" | "error" {
	if (status === "pass") return "pass";
	return status === "fail" || status === "missing" ? "fail" : "error";
}
