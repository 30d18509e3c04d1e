import { create } from "xmlbuilder2";
import { type ClassReport, explained, headline, type Report, type Result, scoreOf } from "../result.ts";

/**
 * JUnit XML, of a whole class: a submission is a testsuite, a lesson a testcase. There is no official schema; this is the
 * dialect that is read everywhere. What could not be judged is an error or skipped, never a failure.
 */
export function junit({ submissions, lessons, durationMs }: ClassReport): string {
	const suites = submissions.map((submission) => suiteOf(submission, lessons));
	const total = (name: keyof Counts) => suites.reduce((sum, suite) => sum + suite[`@${name}`], 0);
	const document = {
		testsuites: {
			"@name": "drydock",
			"@tests": total("tests"),
			"@failures": total("failures"),
			"@errors": total("errors"),
			"@skipped": total("skipped"),
			"@time": seconds(durationMs),
			testsuite: suites,
		},
	};
	return `${create({ version: "1.0", encoding: "UTF-8" }, withoutEntities(document)).end({ prettyPrint: true })}\n`;
}

// xmlbuilder2 reads entities in the texts that it is given, and leaves them as they are when it writes: what looks like an
// entity in a text of ours is none.
function withoutEntities<T>(value: T): T {
	const plain = (_: string, part: unknown) => (typeof part === "string" ? part.replaceAll("&", "&amp;amp;") : part);
	return JSON.parse(JSON.stringify(value, plain)) as T;
}

interface Counts {
	tests: number;
	failures: number;
	errors: number;
	skipped: number;
}

function suiteOf(submission: Report, lessons: ClassReport["lessons"]) {
	const { name, results } = submission;
	const { points, judgedMax, max, unjudged } = scoreOf(submission, lessons);
	const count = (...statuses: Result["status"][]) => results.filter(({ status }) => statuses.includes(status)).length;
	const properties = { points, "points.judged": judgedMax, "points.max": max, "lessons.unjudged": unjudged };
	return {
		"@name": name,
		"@tests": results.length,
		"@failures": count("fail", "missing"),
		"@errors": count("error"),
		"@skipped": count("unsupported"),
		"@time": seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
		properties: { property: Object.entries(properties).map(([key, value]) => ({ "@name": key, "@value": value })) },
		testcase: results.map((result) => ({
			"@name": result.lesson,
			"@classname": name,
			"@time": seconds(result.durationMs),
			...(result.file === null ? {} : { "@file": result.file }),
			...(result.line === null ? {} : { "@line": result.line }),
			...outcomeOf(result),
			...(result.output === "" ? {} : { "system-out": result.output }),
		})),
	};
}

function outcomeOf(result: Result): Record<string, object> {
	const message = { "@message": headline(result) };
	switch (result.status) {
		case "pass":
			return {};
		case "fail":
			return { failure: { ...message, "@type": result.finding?.diagnosis ?? "fail", "#": explained(result) } };
		case "missing":
			return { failure: { ...message, "@type": "not-handed-in" } };
		case "error":
			return { error: { ...message, "@type": "not-judged" } };
		case "unsupported":
			return { skipped: message };
	}
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);
