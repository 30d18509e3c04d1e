import { parse as parseJUnit } from "junit2json";
import { Parser, type Result as TapResult } from "tap-parser";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../../harness/classroom/formats.ts";
import { printableName } from "../../../harness/classroom/harmless.ts";
import { ClassReport } from "../../../harness/classroom/result.ts";
import { reportOn, resultOf } from "../../support/class-report.ts";

// Other people's readers read the formats. If there is none, the system's documentation is the standard.

const write = async (format: keyof typeof FORMATS, report: ClassReport) => (await FORMATS[format].load())(report);
const one = (...outcomes: Parameters<typeof reportOn>[0][string]) => reportOn({ alice: outcomes });

const CLASS = reportOn({
	alice: ["pass", "pass"],
	bob: ["fail", "missing"],
	carol: ["error", "pass"],
	dave: ["unsupported", "unsupported"],
});

/** A name with everything that has ever harmed a reader of such files. */
const HOSTILE = printableName(Buffer.from("]]>&<a b='c\"d'>#\\ # TODO\n\u001b[2J\u202e x".repeat(3)));
const hostile = (): ClassReport => {
	const text = "---\n...\nok 1\nBail out! no\n]]> &amp; <b> \\ # SKIP\t: - [x] {y} 'z' \"w\" !tag %d";
	const fail = resultOf("02-unshare", "fail", { output: text, file: `${HOSTILE}.ts` });
	if (fail.finding !== null)
		for (const key of ["what", "shows", "should", "why", "try"] as const) fail.finding[key] = text;
	const report = one("fail", "missing");
	const missing = resultOf("04-pivot-root", "missing", { reason: text });
	return { ...report, submissions: [{ name: HOSTILE, results: [fail, missing] }] };
};

test("json is what grade merge reads", async () => {
	expect(v.parse(ClassReport, JSON.parse(await write("json", CLASS)))).toEqual(CLASS);
	// Reading the report turns texts that belong on one line into one line.
	const taken = v.parse(ClassReport, hostile());
	expect(v.parse(ClassReport, JSON.parse(await write("json", hostile())))).toEqual(taken);
	expect(taken.submissions[0]?.results[0]?.finding?.what).not.toContain("\n");
	expect(v.parse(ClassReport, taken)).toEqual(taken);
});

describe("junit", () => {
	const read = async (report: ClassReport) => {
		const parsed = await parseJUnit(await write("junit", report));
		if (parsed === undefined || parsed === null || !("testsuite" in parsed)) throw new Error("no testsuites");
		return parsed;
	};

	test("a submission is a suite, a lesson a case, and what could not be judged is no failure", async () => {
		const { testsuite: suites = [], tests, failures, errors } = await read(CLASS);
		expect({ tests, failures, errors }).toEqual({ tests: 8, failures: 2, errors: 1 });
		expect(suites.map(({ skipped }) => skipped)).toEqual([0, 0, 0, 2]);
		expect(suites.map(({ name }) => name)).toEqual(["alice", "bob", "carol", "dave"]);
		const cases = suites.map(({ testcase = [] }) => testcase);
		expect(cases[0]?.[0]).toMatchObject({ name: "02-unshare", classname: "alice", time: 1.234 });
		expect(cases[1]?.[0]?.failure?.[0]).toMatchObject({ type: "uts-shared" });
		expect(cases[1]?.[0]?.failure?.[0]?.inner).toContain("both have one hostname");
		expect(cases[1]?.[1]?.failure?.[0]).toMatchObject({ type: "not-handed-in" });
		expect(cases[2]?.[0]).toHaveProperty("error");
		expect(cases[2]?.[0]).not.toHaveProperty("failure");
		expect(cases[3]?.[0]).toHaveProperty("skipped");
	});

	test("the points are properties of the suite", async () => {
		const { testsuite: suites = [] } = await read(CLASS);
		const points = suites.map(({ properties = [] }) => properties.map(({ name, value }) => `${name}=${value}`));
		expect(points[1]).toEqual(["points=0", "points.judged=25", "points.max=25", "lessons.unjudged=0"]);
		expect(points[2]).toEqual(["points=15", "points.judged=15", "points.max=25", "lessons.unjudged=1"]);
	});

	test("hostile text stays text", async () => {
		const { testsuite: [suite] = [] } = await read(hostile());
		expect(suite?.name).toBe(HOSTILE);
		expect(suite?.testcase).toHaveLength(2);
		expect(suite?.testcase?.[0]?.["system-out"]?.[0]).toContain("]]> &amp; <b>");
	});
});

describe("tap", () => {
	const read = async (report: ClassReport) => {
		const parser = new Parser();
		const [tests, extra]: [TapResult[], string[]] = [[], []];
		parser.on("assert", (result) => tests.push(result));
		parser.on("extra", (text) => extra.push(text));
		const ended = new Promise<Parser["results"]>((resolve) => parser.on("complete", resolve));
		parser.end(await write("tap", report));
		return { results: await ended, tests, extra };
	};

	test("one test for each lesson of each submission; what could not be judged is skipped", async () => {
		const { results, tests, extra } = await read(CLASS);
		expect(results).toMatchObject({ count: 8, pass: 6, fail: 2, skip: 3, bailout: false });
		expect(results?.failures.filter(({ tapError }) => tapError)).toEqual([]);
		expect(extra).toEqual([]);
		expect(tests.map(({ ok }) => ok)).toEqual([true, true, false, false, true, true, true, true]);
		expect(tests[2]).toMatchObject({
			name: "bob: 02-unshare",
			diag: { diagnosis: "uts-shared", points: 0, pointsMax: 10 },
		});
		expect(tests[3]?.diag).toMatchObject({ message: "not handed in: nothing is there" });
		expect(tests[4]?.skip).toBe("could not be judged: the disk was full");
	});

	test("hostile text ends no test, begins no directive and no document", async () => {
		const { results, tests, extra } = await read(hostile());
		expect(results).toMatchObject({ count: 2, pass: 0, fail: 2, skip: 0, todo: 0, bailout: false });
		expect(extra).toEqual([]);
		expect(tests[0]?.diag).toMatchObject({ why: expect.stringContaining("Bail out! no\n]]>") });
	});
});

// From the platform's documentation: "Autograder Specifications", Output Format.
const text = v.string();
const textFormat = v.picklist(["text", "html", "simple_format", "md", "ansi"]);
const visibility = v.picklist(["hidden", "after_due_date", "after_published", "visible"]);
const Gradescope = v.strictObject({
	score: v.optional(v.number()),
	execution_time: v.optional(v.number()),
	output: v.optional(text),
	output_format: v.optional(textFormat),
	visibility: v.optional(visibility),
	tests: v.array(
		v.strictObject({
			...{ score: v.optional(v.number()), max_score: v.optional(v.number()) },
			status: v.optional(v.picklist(["passed", "failed"])),
			...{ name: text, number: v.optional(text), output: v.optional(text), output_format: v.optional(textFormat) },
			...{ visibility: v.optional(visibility), extra_data: v.optional(v.looseObject({})) },
		}),
	),
});

describe("gradescope", () => {
	const read = async (report: ClassReport) => v.parse(Gradescope, JSON.parse(await write("gradescope", report)));

	test("each lesson has its points", async () => {
		const { tests, output } = await read(one("pass", "fail"));
		expect(tests.map(({ score, max_score, status }) => [score, max_score, status])).toEqual([
			[10, 10, "passed"],
			[0, 15, "failed"],
		]);
		expect(tests[1]?.output).toContain("both have one hostname");
		expect(output).toBe("10 of 25 points.");
	});

	test("what could not be judged has no score: no zero, and it says why", async () => {
		const { tests, output } = await read(one("error", "pass"));
		expect(tests[0]).not.toHaveProperty("score");
		expect(tests[0]).not.toHaveProperty("status");
		expect(output).toContain("the disk was full");
		expect(await read(one("error", "unsupported"))).not.toHaveProperty("score");
	});

	test("hostile text stays text", async () => {
		expect((await read(hostile())).tests[0]).toMatchObject({
			output_format: "text",
			output: expect.stringContaining("]]>"),
		});
	});
});

const PrairieLearn = v.strictObject({
	score: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
	...{ gradable: v.boolean(), format_errors: v.optional(v.array(text)), message: text },
	tests: v.array(
		v.strictObject({
			...{ name: text, description: text, points: v.number(), max_points: v.number(), message: text, output: text },
		}),
	),
});

describe("prairielearn", () => {
	const read = async (report: ClassReport) => v.parse(PrairieLearn, JSON.parse(await write("prairielearn", report)));

	test("the score is a part of 1, and every test has points", async () => {
		const document = await read(one("pass", "missing"));
		expect(document).toMatchObject({ gradable: true, score: 0.4 });
		expect(document.tests.map(({ points, max_points }) => [points, max_points])).toEqual([
			[10, 10],
			[0, 15],
		]);
		expect(document.tests[1]?.message).toContain("not handed in");
	});

	test("what could not be judged costs no attempt", async () => {
		const document = await read(one("error", "pass"));
		expect(document.gradable).toBe(false);
		expect(document).not.toHaveProperty("score");
		expect(document.format_errors?.[0]).toContain("the disk was full");
	});

	test("a report of any length stays below a megabyte", async () => {
		const report = one("fail", "fail");
		const long = resultOf("02-unshare", "fail");
		if (long.finding !== null) long.finding.why = "👩".repeat(400_000);
		const written = await write("prairielearn", { ...report, submissions: [{ name: "a", results: [long, long] }] });
		expect(Buffer.byteLength(written)).toBeLessThan(1_000_000);
		v.parse(PrairieLearn, JSON.parse(written));
	});
});

const Classroom = v.strictObject({
	...{ version: v.literal(1), status: v.picklist(["pass", "fail", "error"]), max_score: v.number() },
	tests: v.array(
		v.strictObject({
			...{ name: text, status: v.picklist(["pass", "fail", "error"]), score: v.number(), message: text },
			...{ test_code: text, filename: text, line_no: v.number(), duration: v.number() },
		}),
	),
});

describe("classroom", () => {
	const read = async (report: ClassReport) => {
		const [, encoded = ""] = /^result=([A-Za-z0-9+/=]+)\n$/.exec(await write("classroom", report)) ?? [];
		return v.parse(Classroom, JSON.parse(Buffer.from(encoded, "base64").toString()));
	};

	test("the console's passed/total and the sum of the scores agree", async () => {
		for (const report of [one("pass", "fail"), one("pass", "pass"), one("missing", "fail")]) {
			const { max_score, tests } = await read(report);
			const passed = tests.filter(({ status }) => status === "pass").length;
			expect(tests.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo((passed / tests.length) * max_score);
		}
	});

	test.each([
		["pass", one("pass", "pass")],
		["fail", one("pass", "missing")],
		["error", one("fail", "error")],
	])("the whole is %s", async (status, report) => {
		expect((await read(report)).status).toBe(status);
	});

	test("a failed test has its place, and an error its reason", async () => {
		const { tests } = await read(one("fail", "unsupported"));
		expect(tests[0]).toMatchObject({ filename: "02-unshare/module.ts", line_no: 7 });
		expect(tests[1]).toMatchObject({ status: "error", message: expect.stringContaining("no QEMU"), line_no: 0 });
	});

	test("hostile text adds no test", async () => {
		expect((await read(hostile())).tests).toHaveLength(2);
	});
});

const Exercism = v.strictObject({
	...{ version: v.literal(3), status: v.picklist(["pass", "fail", "error"]) },
	message: v.nullable(v.pipe(text, v.maxLength(65_535))),
	tests: v.array(
		v.strictObject({
			...{ name: text, test_code: text, status: v.picklist(["pass", "fail", "error"]), task_id: v.number() },
			message: v.nullable(v.pipe(text, v.maxLength(65_535))),
			output: v.nullable(v.pipe(text, v.maxLength(500))),
		}),
	),
});

describe("exercism", () => {
	const read = async (report: ClassReport) => v.parse(Exercism, JSON.parse(await write("exercism", report)));

	test("tests in the lessons' order; the whole fails if one does", async () => {
		const { status, message, tests } = await read(one("pass", "missing"));
		expect({ status, message }).toEqual({ status: "fail", message: null });
		expect(tests.map((each) => [each.name, each.status])).toEqual([
			["02 · A hostname", "pass"],
			["04 · A root", "fail"],
		]);
	});

	test("what could not be judged is an error, with its reason", async () => {
		const { status, message } = await read(one("error", "pass"));
		expect(status).toBe("error");
		expect(message).toContain("the disk was full");
	});

	test("output and messages keep to their limits", async () => {
		const long = resultOf("02-unshare", "fail", { output: "👩".repeat(1_000) });
		if (long.finding !== null) long.finding.why = "x".repeat(100_000);
		const { tests } = await read({ ...one("fail", "fail"), submissions: [{ name: "a", results: [long, long] }] });
		expect(tests[0]?.output).toHaveLength(499);
		expect(tests[0]?.message).toHaveLength(65_535);
	});
});
