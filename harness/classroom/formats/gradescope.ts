import { type ClassReport, explanationText, pointsFor, scoreOf } from "../result.ts";
import { onlySubmission, unjudgedMessage } from "./one-submission.ts";

/**
 * Gradescope's results.json. A lesson that could not be judged is a test without points, which changes no total. If
 * no lesson could be judged, the document has no score at all: Gradescope then says that the autograder failed, and
 * gives no score.
 */
export function gradescope(report: ClassReport): string {
	const { submission, rows } = onlySubmission(report);
	const { points, max } = scoreOf(submission, report.lessons);
	const unjudged = unjudgedMessage(rows);
	const tests = rows.map(({ lesson, result }) => {
		const score = pointsFor(result, lesson);
		return {
			name: lesson.title,
			number: lesson.id.slice(0, 2),
			output: explanationText(result),
			output_format: "text",
			visibility: "visible",
			...(score === null
				? {}
				: { score, max_score: lesson.weight, status: result.status === "pass" ? "passed" : "failed" }),
			extra_data: { lesson: lesson.id, status: result.status, diagnosis: result.finding?.diagnosis ?? null },
		};
	});
	const document = {
		output: unjudged ?? `${points} of ${max} points.`,
		output_format: "text",
		visibility: "visible",
		execution_time: Math.round(report.durationMs / 1000),
		tests,
	};
	return `${JSON.stringify(document, null, "\t")}\n`;
}
