import { stringify } from "yaml";
import { type ClassReport, headline, pointsFor, type Result } from "../result.ts";

/**
 * TAP 14 for a whole class: a test for each lesson of each submission. A lesson that could not be judged is skipped.
 */
export function tap({ submissions, lessons }: ClassReport): string {
	const tests = submissions.flatMap(({ name, results }) => results.map((result) => ({ name, result })));
	const lines = tests.map(({ name, result }, at) => {
		const graded = lessons.find(({ id }) => id === result.lesson);
		const points = graded === undefined ? null : pointsFor(result, graded);
		const head = `${ok(result)} ${at + 1} - ${escaped(`${name}: ${result.lesson}`)}`;
		if (points === null) return `${head} # SKIP ${escaped(headline(result))}\n`;
		return `${head}\n${diagnostics({ points, pointsMax: graded?.weight, ...about(result) })}`;
	});
	return `TAP version 14\n1..${tests.length}${tests.length === 0 ? " # no submissions" : ""}\n${lines.join("")}`;
}

const ok = ({ status }: Result) => (status === "fail" || status === "missing" ? "not ok" : "ok");

function about({ status, reason, finding, file, line, others, durationMs }: Result): object {
	if (status === "missing") return { message: `not handed in: ${reason}` };
	return { file, ...(line !== null && { line }), durationMs, ...finding, ...(others.length > 0 && { others }) };
}

function diagnostics(value: object): string {
	const yaml = stringify(value, { lineWidth: 0 }).trimEnd();
	return `  ---\n${yaml.replaceAll(/^(?=.)/gm, "  ")}\n  ...\n`;
}

// In TAP, "#" begins a directive, and a line break ends the test.
const escaped = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/[\\#]/g, "\\$&");
