import { html as markup, raw } from "hono/html";
import {
	type ClassReport,
	explanationOf,
	explanationText,
	lateText,
	type Result,
	type Status,
	scoreOf,
	type WeightedLesson,
} from "../results/result.ts";
import { onlySubmission, unjudgedMessage } from "./one-submission.ts";

/**
 * Feedback for the owner of one submission, to read: one HTML file without scripts, or text. It names no other
 * submission.
 */

const MARKS: Record<Status, string> = {
	...{ pass: "passed", fail: "not right yet", missing: "not handed in" },
	...{ error: "not judged", unsupported: "not judged" },
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; } .points { text-align: right; }
`;

export function html(report: ClassReport): string {
	const { submission, rows } = onlySubmission(report);
	const { points, max } = scoreOf(submission, report.lessons);
	const unjudged = unjudgedMessage(rows);
	const late = lateText(submission.late);
	return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${submission.name}: ${points} of ${max} points</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<h1>${submission.name}</h1>
<p>${points} of ${max} points.${late === null ? "" : ` ${late}`}</p>
${unjudged === null ? "" : markup`<p><strong>${unjudged}</strong></p>`}
${rows.map(({ lesson, result }) => section(lesson, result))}
</body>
</html>
`}`;
}

function section(lesson: WeightedLesson, result: Result) {
	const { status, groups, points, file, line } = result;
	// Other parts of the page show the same: the heading shows that a lesson has passed, the table shows what is right, and
	// this list's last entry shows the file with its line.
	const isElsewhere = (label: string) =>
		label === "at" || label === "right" || (label === "result" && status === "pass");
	const shownParts = explanationOf(result).filter(([label]) => !isElsewhere(label));
	if (file !== null) shownParts.push(["file", `${file}${line === null ? "" : `:${line}`}`]);
	return markup`<section>
<h2>${lesson.title}: ${MARKS[result.status]}, ${points === null ? "no points yet" : `${points} of ${lesson.weight} points`}</h2>
<dl>${shownParts.map(([label, text]) => markup`<dt>${label}</dt><dd>${text}</dd>`)}</dl>
${
	groups.length === 0
		? ""
		: markup`<table>${groups.map(
				(group) =>
					markup`<tr><td>${group.points > 0 ? "right" : "not yet"}</td><td>${group.title}</td><td class="points">${group.points}/${group.pointsMax}</td></tr>`,
			)}</table>`
}
</section>
`;
}

export function text(report: ClassReport): string {
	const { submission, rows } = onlySubmission(report);
	const { points, max } = scoreOf(submission, report.lessons);
	const lessons = rows.flatMap(({ lesson, result }) => [
		"",
		`${lesson.title}: ${MARKS[result.status]}, ${result.points === null ? "no points yet" : `${result.points} of ${lesson.weight} points`}`,
		...explanationText(result).split("\n"),
		...result.groups.map(({ title, points, pointsMax }) => `  ${points}/${pointsMax} ${title}`),
	]);
	const head = [submission.name, `${points} of ${max} points.`, lateText(submission.late), unjudgedMessage(rows)];
	return `${[...head.filter((line) => line !== null), ...lessons].join("\n")}\n`;
}
