import { type ClassReport, explanationText, lateText, scoreOf } from "../results/result.ts";
import { onlySubmission, secondsOf, unjudgedMessage } from "./one-submission.ts";

/**
 * Gradescope's results.json. Gradescope requires a score, so the document always has one: the points of the lessons that
 * were judged. A lesson that could not be judged is a test without points, which changes no total, and the text above
 * the tests says so. That text is seen even if the tests are hidden.
 */
export function gradescope(report: ClassReport): string {
	const { submission, rows } = onlySubmission(report);
	const { points, max } = scoreOf(submission, report.lessons);
	const unjudged = unjudgedMessage(rows);
	const isHidden = report.visibility !== "visible";
	const tests = rows.map(({ lesson, result }) => ({
		name: lesson.title,
		number: lesson.id.slice(0, 2),
		output: explanationText(result),
		output_format: "text",
		visibility: report.visibility,
		...(result.points === null
			? {}
			: {
					score: result.points,
					max_score: lesson.weight,
					status: result.status === "pass" ? "passed" : "failed",
				}),
		extra_data: { lesson: lesson.id, status: result.status, diagnosis: result.finding?.diagnosis ?? null },
	}));
	const document = {
		score: points,
		// This text is always visible, so it does not tell points that are hidden.
		output: [unjudged, ...(isHidden ? [] : [`${points} of ${max} points.`, lateText(submission.late)])]
			.filter(Boolean)
			.join("\n"),
		output_format: "text",
		visibility: "visible",
		execution_time: secondsOf(submission),
		tests,
	};
	return `${JSON.stringify(document, null, "\t")}\n`;
}
