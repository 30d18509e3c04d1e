import { shortened } from "../results/harmless.ts";
import { type ClassReport, explanationText, headline, scoreOf } from "../results/result.ts";
import { onlySubmission, unjudgedMessage } from "./one-submission.ts";

/** Limit for each text. PrairieLearn accepts 1 MB in total, and each lesson has two texts. */
const OUTPUT_CHARS_MAX = 8_000;

/**
 * PrairieLearn's results.json. If a lesson could not be judged, the submission is not gradable, and no attempt is
 * lost.
 */
export function prairielearn(report: ClassReport): string {
	const { submission, rows } = onlySubmission(report);
	const { points, max } = scoreOf(submission, report.lessons);
	const unjudged = unjudgedMessage(rows);
	const document = {
		gradable: unjudged === null,
		...(unjudged === null
			? { score: max === 0 ? 0 : points / max }
			: { format_errors: [shortened(unjudged, OUTPUT_CHARS_MAX)] }),
		message: shortened(unjudged ?? `${points} of ${max} points`, OUTPUT_CHARS_MAX),
		tests: rows.map(({ lesson, result }) => ({
			name: lesson.title,
			description: lesson.id,
			points: result.points ?? 0,
			max_points: lesson.weight,
			message: shortened(headline(result), OUTPUT_CHARS_MAX),
			output: shortened(explanationText(result), OUTPUT_CHARS_MAX),
		})),
	};
	return `${JSON.stringify(document, null, "\t")}\n`;
}
