import { Failure } from "../../base/failure.ts";
import type { Verdict } from "../../judge/judge.ts";
import type { Lesson } from "../../judge/lessons.ts";
import { factText, printedText } from "../../judge/report.ts";
import { harmless, inOneLine } from "../results/harmless.ts";
import type { Judgement, SubmissionReport } from "../results/result.ts";
import { FILE_BYTES_MAX } from "../submissions/folder.ts";

/** Makes the judgements in a class's report from verdicts and errors. */

/** The part of a verdict that a class's report keeps. */
export function judgementOf({
	verdict,
	findings,
	thrownAt,
	file,
	drawn,
	output,
	groups,
	durationMs,
}: Verdict): Judgement {
	const [first, ...others] = findings;
	const printed = printedText({ output });
	return {
		status: verdict,
		reason: null,
		finding:
			first === undefined
				? null
				: {
						what: harmless(first.what),
						shows: harmless(factText(first.got), 1_000),
						should: harmless(factText(first.expected), 1_000),
						diagnosis: first.diagnosis,
						why: harmless(first.explanation),
						try: harmless(first.try),
						read: first.see,
					},
		others: others
			.slice(0, 10)
			.map(
				({ what, followsFrom }) => `${harmless(what, 200)}${followsFrom.length > 0 ? " (probably a consequence)" : ""}`,
			),
		line: thrownAt?.file === file ? thrownAt.line : null,
		drawn,
		output: harmless(printed, 1_000),
		groups,
		durationMs,
	};
}

/** The judgement of a module for which there is no verdict. @param reason why there is none */
export const withoutVerdict = (status: Judgement["status"], reason: string): Judgement => ({
	...{ status, reason: inOneLine(harmless(reason, 500)), finding: null, others: [], line: null, drawn: {}, output: "" },
	...{ groups: [], durationMs: 0 },
});

/**
 * The judgement of a file that is too large to be a module.
 * @param message the error's message, which says how large a file may be
 */
export const judgementOfLargeFile = (moduleName: string, message: string): Judgement => ({
	...withoutVerdict("fail", ""),
	reason: null,
	finding: {
		...{ what: moduleName, shows: harmless(message, 200), should: `a module of at most ${FILE_BYTES_MAX >> 10} KiB` },
		...{ diagnosis: "file-too-large", read: [] },
		why: "The file is larger than any module of this lesson, so it was neither compiled nor run. A module has some 50 lines.",
		try: "Look at what the file contains: perhaps another file was handed in, or data that the module does not need.",
	},
});

/** The judgement of a module for which the computer was too busy. */
export const TOO_BUSY = withoutVerdict("error", "this computer was too busy; --resume judges what is left");

/** The report on a submission if none of its lessons could be judged. */
export function reportOfError(name: string, lessons: readonly { lesson: Lesson }[], error: unknown): SubmissionReport {
	return {
		...{ name, id: null, late: null },
		results: lessons.map(({ lesson: { id } }) => ({
			...{ lesson: id, file: null, sameAs: null, note: null, sketch: null, points: null },
			...judgementOfError(error),
		})),
	};
}

/** The judgement of a module for which there is no verdict because of an error. */
export function judgementOfError(error: unknown): Judgement {
	const status = error instanceof Failure && error.kind === "unsupported" ? "unsupported" : "error";
	return withoutVerdict(status, String((error as Error).message));
}
