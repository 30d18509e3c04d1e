import { Chalk, type ChalkInstance } from "chalk";
import stringWidth from "string-width";
import { statusMark } from "../../base/plain.ts";
import { fitted, type Style, TextLayout } from "../../base/text-layout.ts";
import {
	type ClassReport,
	explanationOf,
	headline,
	isJudged,
	lateText,
	type Result,
	type SubmissionReport,
	scoreOf,
	type WeightedLesson,
} from "../results/result.ts";

const NAME_WIDTH_MAX = 24;
const MARKS = { pass: "passed", fail: "bad", missing: "missing", error: "unknown", unsupported: "unknown" } as const;

/**
 * Formats a class's report for a person: a row for each submission, the most frequent mistakes of each lesson, and the
 * modules that are alike.
 */
export function table(report: ClassReport, style: Style): string {
	const { lessons, submissions } = report;
	const chalk = new Chalk({ level: style.color ? 1 : 0 });
	const layout = new TextLayout(style, chalk);
	if (style.plain) for (const submission of submissions) plainRow(layout, submission, lessons);
	else submissionRows(layout, chalk, report, style.width);
	layout.line();
	for (const lesson of lessons) lessonLine(layout, lesson, submissions);
	similarLines(layout, chalk, report);
	const unjudged = submissions.reduce((sum, one) => sum + scoreOf(one, lessons).unjudged, 0);
	if (unjudged > 0)
		layout.paragraph(
			`Results that could not be judged: ${unjudged}. They have no score yet, which is not zero, and their rows say why. When you have mended the cause, the same command with --resume judges them.`,
		);
	return layout.text();
}

/** Formats all results of one submission, with their explanations. */
export function details(submission: SubmissionReport, lessons: readonly WeightedLesson[], style: Style): string {
	const chalk = new Chalk({ level: style.color ? 1 : 0 });
	const layout = new TextLayout(style, chalk);
	layout.line(`${chalk.bold(submission.name)}  ${scoreText(submission, lessons)}`);
	const late = lateText(submission.late);
	if (late !== null) layout.paragraph(late);
	for (const [at, result] of submission.results.entries()) {
		layout.line();
		layout.line(`${statusMark(MARKS[result.status], chalk, style.plain)} ${lessons[at]?.title ?? result.lesson}`);
		if (result.points !== null && result.status !== "pass")
			for (const { title, points, pointsMax } of result.groups) layout.item(`${points}/${pointsMax} ${title}`, 4);
		if (result.status === "pass" && result.note === null) continue;
		const [[, first] = ["", ""], ...others] = explanationOf(result);
		layout.item(first, 4);
		for (const [label, text] of others) layout.labelled(label === "also different" ? "also" : label, text);
	}
	return layout.text();
}

function submissionRows(
	layout: TextLayout,
	chalk: ChalkInstance,
	{ lessons, submissions }: ClassReport,
	width: number,
): void {
	const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(10, ...submissions.map(({ name }) => stringWidth(name))));
	const scoreWidth = Math.max(5, ...submissions.map((submission) => scoreText(submission, lessons).length));
	const head = [
		fitted("submission", nameWidth),
		...lessons.map(({ id }) => id.slice(0, 2)),
		"score".padStart(scoreWidth),
	];
	const findingWidth = width - head.join("  ").length - 2;
	layout.line(chalk.bold([...head, findingWidth < 20 ? "" : "first finding"].join("  ").trimEnd()));
	for (const submission of submissions) {
		const { name, results } = submission;
		const marks = results.map(({ status }) => `${statusMark(MARKS[status], chalk)} `);
		const cells = [fitted(name, nameWidth), ...marks, scoreText(submission, lessons).padStart(scoreWidth)];
		const first = results.find(({ status, sameAs, note }) => status !== "pass" || sameAs !== null || note !== null);
		const firstFinding =
			first === undefined || findingWidth < 20 ? "" : fitted(headlineIn(first, lessons), findingWidth);
		layout.line([...cells, firstFinding].join("  ").trimEnd());
	}
}

/** Maximum number of pairs of modules to show. The JSON report has all of them. */
const SIMILAR_SHOWN = 10;

function similarLines(layout: TextLayout, chalk: ChalkInstance, { similar }: ClassReport): void {
	if (similar.length === 0) return;
	layout.line();
	layout.line(chalk.bold("alike (a hint, not a proof: read both)"));
	const lines = ([first, last]: readonly [number, number]) => (first === last ? `${first}` : `${first}-${last}`);
	for (const { lesson, one, other, percent, places } of similar.slice(0, SIMILAR_SHOWN)) {
		const [place] = places;
		const where = place === undefined ? "" : `: lines ${lines(place.one)} and ${lines(place.other)}`;
		layout.item(`${lesson.slice(0, 2)} ${one} and ${other}, ${percent} %${where}${places.length > 1 ? ", …" : ""}`);
	}
	if (similar.length > SIMILAR_SHOWN) layout.line(`  ${similar.length - SIMILAR_SHOWN} more: --format json has them`);
}

// For screen readers: words instead of symbols, and no columns.
function plainRow(layout: TextLayout, submission: SubmissionReport, lessons: readonly WeightedLesson[]): void {
	layout.line(`${submission.name}: ${scoreText(submission, lessons)}`);
	for (const result of submission.results) layout.line(`  ${result.lesson}: ${headlineIn(result, [])}`);
}

function lessonLine(layout: TextLayout, { id, title }: WeightedLesson, submissions: readonly SubmissionReport[]): void {
	const results = submissions.flatMap((one) => one.results.filter(({ lesson }) => lesson === id));
	const judged = results.filter(isJudged);
	const diagnoses = new Map<string, number>();
	for (const { status, finding } of judged) {
		const name = status === "missing" ? "not handed in" : finding?.diagnosis;
		if (status !== "pass" && name !== undefined) diagnoses.set(name, (diagnoses.get(name) ?? 0) + 1);
	}
	const mostFrequent = [...diagnoses].sort(([, one], [, other]) => other - one).slice(0, 3);
	const passed = judged.filter(({ status }) => status === "pass").length;
	const mistakes =
		mostFrequent.length === 0 ? "" : `; ${mostFrequent.map(([name, times]) => `${times}× ${name}`).join(", ")}`;
	layout.paragraph(`${title}: ${passed} of ${judged.length} passed${mistakes}`);
}

function headlineIn(result: Result, lessons: readonly WeightedLesson[]): string {
	const { sameAs, note } = result;
	const same = sameAs === null ? "" : `same as ${sameAs}; `;
	const text = `${same}${note === null ? "" : `${note}; `}${headline(result)}`.replaceAll(/\s+/g, " ");
	return lessons.length === 1 ? text : `${result.lesson.slice(0, 2)} ${text}`;
}

function scoreText(submission: SubmissionReport, lessons: readonly WeightedLesson[]): string {
	const { points, max, unjudged } = scoreOf(submission, lessons);
	return `${points}/${max}${unjudged === 0 ? "" : "?"}`;
}
