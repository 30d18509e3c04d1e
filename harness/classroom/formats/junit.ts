import {
	type ClassReport,
	explanationText,
	headline,
	type Result,
	type SubmissionReport,
	scoreOf,
} from "../results/result.ts";
import { type Element, element, xmlDocument } from "./xml.ts";

/**
 * JUnit XML for a whole class: a submission is a testsuite, and a lesson is a testcase. It has only the elements and
 * attributes that the strict schema of Jenkins's xUnit plugin allows. A lesson that could not be judged is an error,
 * never a failure and never a pass.
 */
export function junit({ submissions, lessons, durationMs }: ClassReport): string {
	const { skipped: _, ...counts } = countsOf(submissions.flatMap(({ results }) => results));
	const suites = submissions.map((submission) => suiteOf(submission, lessons));
	return xmlDocument(element("testsuites", { name: "drydock", ...counts, time: seconds(durationMs) }, suites));
}

function countsOf(results: readonly Result[]) {
	const count = (...statuses: Result["status"][]) => results.filter(({ status }) => statuses.includes(status)).length;
	return {
		tests: results.length,
		failures: count("fail", "missing"),
		errors: count("error", "unsupported"),
		skipped: 0,
	};
}

function suiteOf(submission: SubmissionReport, lessons: ClassReport["lessons"]): Element {
	const { name, results } = submission;
	const { points, judgedMax, max, unjudged } = scoreOf(submission, lessons);
	const properties = { points, "points.judged": judgedMax, "points.max": max, "lessons.unjudged": unjudged };
	const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
	return element("testsuite", { name, ...countsOf(results), time }, [
		element(
			"properties",
			{},
			Object.entries(properties).map(([key, value]) => element("property", { name: key, value })),
		),
		...results.map((result) => caseOf(result, name)),
	]);
}

function caseOf(result: Result, classname: string): Element {
	const { lesson, output, durationMs } = result;
	return element("testcase", { name: lesson, classname, time: seconds(durationMs) }, [
		...outcomeOf(result),
		...(output === "" ? [] : [element("system-out", {}, output)]),
	]);
}

function outcomeOf(result: Result): Element[] {
	const message = headline(result);
	switch (result.status) {
		case "pass":
			return [];
		case "fail":
			return [element("failure", { message, type: result.finding?.diagnosis ?? "fail" }, explanationText(result))];
		case "missing":
			return [element("failure", { message, type: "not-handed-in" })];
		case "error":
		case "unsupported":
			return [element("error", { message, type: "not-judged" })];
	}
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);
