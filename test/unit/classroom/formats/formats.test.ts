import { readFile } from "node:fs/promises";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseJUnit } from "junit2json";
import { Parser, type Result as TapResult } from "tap-parser";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { inKit } from "../../../../harness/base/kit.ts";
import { FORMATS } from "../../../../harness/classroom/formats/formats.ts";
import { printableName } from "../../../../harness/classroom/results/harmless.ts";
import { ClassReport } from "../../../../harness/classroom/results/result.ts";
import { reportOn, resultOf } from "../../../support/class-report.ts";

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
	return { ...report, submissions: [{ name: HOSTILE, id: null, late: null, results: [fail, missing] }] };
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
		expect({ tests, failures, errors }).toEqual({ tests: 8, failures: 2, errors: 3 });
		expect(suites.map(({ errors }) => errors)).toEqual([0, 0, 1, 2]);
		expect(suites.map(({ name }) => name)).toEqual(["alice", "bob", "carol", "dave"]);
		const cases = suites.map(({ testcase = [] }) => testcase);
		expect(cases[0]?.[0]).toMatchObject({ name: "02-unshare", classname: "alice", time: 1.234 });
		expect(cases[1]?.[0]?.failure?.[0]).toMatchObject({ type: "uts-shared" });
		expect(cases[1]?.[0]?.failure?.[0]?.inner).toContain("both have one hostname");
		expect(cases[1]?.[1]?.failure?.[0]).toMatchObject({ type: "not-handed-in" });
		expect(cases[2]?.[0]).toHaveProperty("error");
		expect(cases[2]?.[0]).not.toHaveProperty("failure");
		expect(cases[3]?.[0]).toHaveProperty("error");
		expect(cases[3]?.[0]).not.toHaveProperty("skipped");
	});

	test("the points are properties of the suite", async () => {
		const { testsuite: suites = [] } = await read(CLASS);
		const points = suites.map(({ properties = [] }) => properties.map(({ name, value }) => `${name}=${value}`));
		expect(points[1]).toEqual(["points=0", "points.judged=25", "points.max=25", "lessons.unjudged=0"]);
		expect(points[2]).toEqual(["points=15", "points.judged=15", "points.max=25", "lessons.unjudged=1"]);
	});

	test.each([
		["a class", CLASS],
		["hostile text", hostile()],
		["an empty class", reportOn({})],
	])("%s is valid by the strict schema", async (_what, report) => {
		const schema = await readFile(inKit("test/support/junit-strict.xsd"), "utf8");
		const { valid, errors } = await validateXML({ xml: await write("junit", report), schema });
		expect(errors.map(({ message }) => message)).toEqual([]);
		expect(valid).toBe(true);
	});

	test("the strict schema refuses what Jenkins refuses", async () => {
		const schema = await readFile(inKit("test/support/junit-strict.xsd"), "utf8");
		const written = await write("junit", CLASS);
		for (const [from, to] of [
			['<testcase name="02-unshare"', '<testcase name="02-unshare" file="x.ts"'],
			['<testsuites name="drydock"', '<testsuites name="drydock" skipped="2"'],
			['time="5.678"', 'time="-1"'],
		] as const) {
			expect(written).toContain(from);
			expect((await validateXML({ xml: written.replace(from, to), schema })).valid).toBe(false);
		}
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

	test("one test for each lesson of each submission; what could not be judged has not passed", async () => {
		const { results, tests, extra } = await read(CLASS);
		expect(results).toMatchObject({ count: 8, pass: 3, fail: 5, skip: 0, todo: 0, bailout: false });
		expect(results?.failures.filter(({ tapError }) => tapError)).toEqual([]);
		expect(extra).toEqual([]);
		expect(tests.map(({ ok }) => ok)).toEqual([true, true, false, false, false, true, false, false]);
		expect(tests[2]).toMatchObject({
			name: "bob: 02-unshare",
			diag: { diagnosis: "uts-shared", points: 0, pointsMax: 10 },
		});
		expect(tests[3]?.diag).toMatchObject({ message: "not handed in: nothing is there" });
		expect(tests[4]?.diag).toMatchObject({ status: "error", message: "could not be judged: the disk was full" });
		expect(tests[4]?.diag).toHaveProperty("points", null);
	});

	test("hostile text ends no test, begins no directive and no document", async () => {
		const { results, tests, extra } = await read(hostile());
		expect(results).toMatchObject({ count: 2, pass: 0, fail: 2, skip: 0, todo: 0, bailout: false });
		expect(extra).toEqual([]);
		expect(tests[0]?.diag).toMatchObject({ why: expect.stringContaining("Bail out! no\n]]>") });
	});
});

describe("csv", () => {
	const read = async (report: ClassReport): Promise<Record<string, string>[]> =>
		parseCsv(await write("csv", report), { columns: true });

	test("a row for each lesson of each submission; what could not be judged has no points, not zero", async () => {
		const rows = await read(CLASS);
		expect(rows.map(({ submission, lesson, points, status }) => [submission, lesson, points, status])).toEqual([
			["alice", "02-unshare", "10", "pass"],
			["alice", "04-pivot-root", "15", "pass"],
			["bob", "02-unshare", "0", "fail"],
			["bob", "04-pivot-root", "0", "missing"],
			["carol", "02-unshare", "", "error"],
			["carol", "04-pivot-root", "15", "pass"],
			["dave", "02-unshare", "", "unsupported"],
			["dave", "04-pivot-root", "", "unsupported"],
		]);
	});

	test("late, identical to, and the line in the roster", async () => {
		const report = one("pass", "pass");
		const [alice] = report.submissions;
		Object.assign(alice ?? {}, { id: "17", late: { isLate: true, minutes: 90, percentOff: 10 } });
		Object.assign(alice?.results[0] ?? {}, { sameAs: "bob", points: 9 });
		expect((await read(report))[0]).toMatchObject({
			...{ id: "17", points: "9", max: "10", late: "90 min, 10 % off", "identical to": "bob" },
		});
	});

	test("hostile text stays in its cell, and is no formula", async () => {
		const report = hostile();
		const [mallory] = report.submissions;
		Object.assign(mallory ?? {}, { name: "=1+1" });
		Object.assign(mallory?.results[0] ?? {}, { note: '"\r\n,x' });
		const rows = await read(report);
		expect(rows).toHaveLength(2);
		expect(rows[0]).toMatchObject({ submission: "'=1+1", note: '"\r\n,x' });
		expect(await write("csv", CLASS)).toMatch(/^[^\r\n]+\r\n/);
	});
});

describe("feedback", () => {
	test("html: one file without scripts, that loads nothing and names no other submission", async () => {
		const report = hostile();
		Object.assign(report.submissions[0]?.results[0] ?? {}, { sameAs: "bob-the-builder" });
		const page = await write("html", report);
		expect(page).not.toMatch(/<script|<b>|<a b=|\bsrc=|href=|url\(/);
		expect(page).toContain("default-src 'none'");
		expect(page).toContain("&lt;b&gt;");
		expect(page).not.toContain("bob-the-builder");
	});

	test("html and text: points, the groups, what is late, and a sentence about what was not judged", async () => {
		const report = one("fail", "error");
		Object.assign(report.submissions[0] ?? {}, { late: { isLate: true, minutes: 90, percentOff: 10 } });
		const groups = [{ title: "a hostname of its own", points: 4, pointsMax: 4 }];
		Object.assign(report.submissions[0]?.results[0] ?? {}, { groups, points: 3.6 });
		for (const format of ["html", "text"] as const) {
			const written = await write(format, report);
			for (const part of ["3.6 of 25 points", "a hostname of its own", "late by 90 minutes", "the disk was full"])
				expect(written).toContain(part);
			expect(written).toContain("no points yet");
		}
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

	test("what could not be judged has no points, and a sentence that is seen says so", async () => {
		const { tests, output, visibility, score } = await read(one("error", "pass"));
		expect(tests[0]).not.toHaveProperty("score");
		expect(tests[0]).not.toHaveProperty("status");
		expect(output).toContain("the disk was full");
		expect({ visibility, score }).toEqual({ visibility: "visible", score: 15 });
		// Without any score, Gradescope would report that the autograder has failed.
		expect(await read(one("error", "unsupported"))).toMatchObject({ score: 0, visibility: "visible" });
	});

	test("hidden results are not in the text that is seen", async () => {
		const report = { ...one("pass", "error"), visibility: "hidden" as const };
		const { tests, output, visibility } = await read(report);
		expect(tests.map((each) => each.visibility)).toEqual(["hidden", "hidden"]);
		expect(visibility).toBe("visible");
		expect(output).toContain("could not be judged");
		expect(output).not.toContain("points.");
	});

	test("the time is the submission's own", async () => {
		expect(await read({ ...one("pass", "fail"), durationMs: 999_000 })).toMatchObject({ execution_time: 2 });
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
		const written = await write("prairielearn", {
			...report,
			submissions: [{ name: "a", id: null, late: null, results: [long, long] }],
		});
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

	test("the annotation's sum is the points, parts of a lesson included", async () => {
		const part = resultOf("02-unshare", "fail", { points: 6 });
		const report = { ...one("fail", "pass") };
		const [alice] = report.submissions;
		if (alice !== undefined) alice.results[0] = part;
		const { max_score, tests } = await read(report);
		expect(max_score).toBe(25);
		expect(tests.map(({ score }) => score)).toEqual([6, 15]);
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

	test("what does not compile is an error, with the compiler's reason", async () => {
		const broken = resultOf("02-unshare", "fail");
		if (broken.finding !== null) Object.assign(broken.finding, { diagnosis: "syntax-error", shows: "Unexpected }" });
		const report = one("fail", "pass");
		const [alice] = report.submissions;
		if (alice !== undefined) alice.results[0] = broken;
		const { status, message, tests } = await read(report);
		expect(status).toBe("error");
		expect(message).toContain("Unexpected }");
		expect(tests.map((each) => each.status)).toEqual(["error", "pass"]);
	});

	test("output and messages keep to their limits", async () => {
		const long = resultOf("02-unshare", "fail", { output: "👩".repeat(1_000) });
		if (long.finding !== null) long.finding.why = "x".repeat(100_000);
		const { tests } = await read({
			...one("fail", "fail"),
			submissions: [{ name: "a", id: null, late: null, results: [long, long] }],
		});
		expect(tests[0]?.output).toHaveLength(499);
		expect(tests[0]?.message).toHaveLength(65_535);
	});
});
