import type { AnswersPicture } from "./answers.ts";

/** The answers as lines of text, one line per question. Ends with the latest change, if any. */
export function answersInWords({ answers, latestChange }: AnswersPicture): string[] {
	const lines = answers.map(({ question, host, container, differs }) =>
		differs ? `${question}: on the host ${host}; in the container ${container}` : `${question}: ${host} in both`,
	);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}
