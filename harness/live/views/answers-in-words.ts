import type { AnswersPicture } from "./answers.ts";

/** The answers as lines of text, one line per question. Ends with the latest change, if any. */
export function answersInWords({ answers, names, latestChange }: AnswersPicture): string[] {
	const lines = answers.map(({ question, host, container, differs }) =>
		differs
			? `${question}: ${host} for ${names.host}; ${container} for ${names.container}`
			: `${question}: ${host} in both`,
	);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}
