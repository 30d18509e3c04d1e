import { type ClassReport, explanationText, type Result } from "../results/result.ts";
import { onlySubmission, testStatus } from "./one-submission.ts";

/**
 * The input of GitHub Classroom's reporter: a line for the file $GITHUB_OUTPUT, so that the step's output `result`
 * holds the document in base64. The reporter writes an annotation with the sum of the scores, which GitHub Classroom
 * reads. In the job's log, it also prints points in which every test counts the same: they may differ from this sum. A
 * lesson that could not be judged has the status error.
 */
export function classroom(report: ClassReport): string {
	const { rows } = onlySubmission(report);
	const maxScore = report.lessons.reduce((sum, { weight }) => sum + weight, 0);
	const document = {
		version: 1,
		status: overall(rows.map(({ result }) => result)),
		max_score: maxScore,
		tests: rows.map(({ lesson, result }) => ({
			name: lesson.title,
			status: testStatus(result),
			score: result.points ?? 0,
			message: result.status === "pass" ? "" : explanationText(result),
			test_code: `drydock check ${lesson.id}`,
			filename: result.file ?? "",
			line_no: result.line ?? 0,
			duration: result.durationMs,
		})),
	};
	return `result=${Buffer.from(JSON.stringify(document)).toString("base64")}\n`;
}

function overall(results: readonly Result[]): "pass" | "fail" | "error" {
	const statuses = results.map(testStatus);
	return statuses.includes("error") ? "error" : statuses.includes("fail") ? "fail" : "pass";
}
