import { stringify } from "yaml";
import { type ClassReport, headline, type Result } from "../results/result.ts";

/**
 * TAP 14 for a whole class: a test for each lesson of each submission. A lesson that could not be judged has not passed,
 * so it is "not ok". In its diagnostics, the status is `error` or `unsupported`, and the points are null.
 */
export function tap({ submissions, lessons }: ClassReport): string {
	const tests = submissions.flatMap(({ name, results }) => results.map((result) => ({ name, result })));
	const lines = tests.map(({ name, result }, at) => {
		const { status, points } = result;
		const pointsMax = lessons.find(({ id }) => id === result.lesson)?.weight;
		const head = `${status === "pass" ? "ok" : "not ok"} ${at + 1} - ${escaped(`${name}: ${result.lesson}`)}`;
		return `${head}\n${diagnostics({ status, points, pointsMax, ...about(result) })}`;
	});
	return `TAP version 14\n1..${tests.length}${tests.length === 0 ? " # no submissions" : ""}\n${lines.join("")}`;
}

function about(result: Result): object {
	const { status, finding, file, line, others, note, sameAs, durationMs } = result;
	const more = { ...(note !== null && { note }), ...(sameAs !== null && { sameAs }) };
	if (finding === null && status !== "pass") return { message: headline(result), ...more };
	return {
		...{ file, ...(line !== null && { line }), durationMs },
		...{ ...finding, ...(others.length > 0 && { others }), ...more },
	};
}

function diagnostics(value: object): string {
	const yaml = stringify(value, { lineWidth: 0 }).trimEnd();
	return `  ---\n${yaml.replaceAll(/^(?=.)/gm, "  ")}\n  ...\n`;
}

// In TAP, "#" begins a directive, and a line break ends the test.
const escaped = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/[\\#]/g, "\\$&");
