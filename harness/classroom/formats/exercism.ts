import { shortened } from "../results/harmless.ts";
import { type ClassReport, explanationText, isNotCompiled } from "../results/result.ts";
import { onlySubmission, testStatus, unjudgedMessage } from "./one-submission.ts";

const MESSAGE_CHARS_MAX = 65_535;
const OUTPUT_CHARS_MAX = 500;

/**
 * Exercism's results.json, version 3: a lesson is a test, in the lessons' order. As Exercism's documentation says, a
 * module that does not compile is an error, and so is a lesson that could not be judged.
 */
export function exercism(report: ClassReport): string {
	const { rows } = onlySubmission(report);
	const unjudged = unjudgedMessage(rows);
	const broken = rows.filter(({ result }) => isNotCompiled(result));
	const compiler = broken.length === 0 ? null : broken.map(({ result }) => explanationText(result)).join("\n\n");
	const passed = rows.every(({ result }) => result.status === "pass");
	const message = unjudged ?? compiler;
	const document = {
		version: 3,
		status: message !== null ? "error" : passed ? "pass" : "fail",
		message: message === null ? null : shortened(message, MESSAGE_CHARS_MAX),
		tests: rows.map(({ lesson, result }, at) => ({
			name: lesson.title,
			test_code: `drydock check ${lesson.id}`,
			status: isNotCompiled(result) ? "error" : testStatus(result),
			message: result.status === "pass" ? null : shortened(explanationText(result), MESSAGE_CHARS_MAX),
			output: result.output === "" ? null : shortened(result.output, OUTPUT_CHARS_MAX),
			task_id: at + 1,
		})),
	};
	return `${JSON.stringify(document, null, "\t")}\n`;
}
