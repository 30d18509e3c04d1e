import { afterAll, describe, expect, test } from "vitest";
import {
	classKey,
	isInShard,
	mergeReports,
	parseShard,
	readReports,
} from "../../../../harness/classroom/grading/shard.ts";
import { isPrintableName, printableName } from "../../../../harness/classroom/results/harmless.ts";
import type { ClassReport, Result } from "../../../../harness/classroom/results/result.ts";
import { reportOn } from "../../../support/class-report.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const NAMES = Array.from({ length: 200 }, (_, at) => `learner-${at}`);
const shards = (of: number) => Array.from({ length: of }, (_, at) => ({ index: at + 1, of }));

function spoilt(change: (report: ClassReport) => unknown): string {
	const report = reportOn({ a: ["pass", "fail"] });
	change(report);
	return JSON.stringify(report);
}
const only = ({ submissions }: ClassReport) => submissions[0] as ClassReport["submissions"][0];

describe("a submission", () => {
	test.each([1, 2, 3, 7])("is in exactly one of %i shards, and every shard has some", (of) => {
		for (const name of NAMES) expect(shards(of).filter((shard) => isInShard(shard, name))).toHaveLength(1);
		for (const shard of shards(of)) expect(NAMES.some((name) => isInShard(shard, name))).toBe(true);
	});

	test("stays in its shard, on every computer and in every version", () => {
		expect(
			NAMES.slice(0, 8).map((name) => shards(4).find((shard) => isInShard(shard, name))?.index),
		).toMatchInlineSnapshot(`
			[
			  1,
			  1,
			  3,
			  3,
			  4,
			  3,
			  1,
			  4,
			]
		`);
	});
});

test.each(["", "0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "1.5/2"])("--shard %j is wrong usage", (text) => {
	expect(() => parseShard(text)).toThrow(expect.objectContaining({ kind: "usage" }));
});

describe("merge", () => {
	const whole = Object.fromEntries(NAMES.slice(0, 9).map((name) => [name, ["pass", "fail"] as ["pass", "fail"]]));
	const parts = (of: number): ClassReport[] =>
		shards(of).map((shard) => {
			const mine = Object.fromEntries(Object.entries(whole).filter(([name]) => isInShard(shard, name)));
			return reportOn(mine, { shard, class: { key: classKey(Object.keys(whole)), submissions: 9 } });
		});
	const merged = (reports: readonly ClassReport[]) =>
		mergeReports(
			reports,
			reports.map((_, at) => `${at + 1}.json`),
		);

	test("of all shards, in any order, is the whole class, sorted by name", () => {
		const { submissions, shard } = merged(parts(3).toReversed());
		expect(submissions.map(({ name }) => name)).toEqual(Object.keys(whole).sort());
		expect(shard).toEqual({ index: 1, of: 1 });
		expect(merged(parts(1)).submissions).toEqual(submissions);
	});

	test.each<[string, (reports: ClassReport[]) => ClassReport[], string]>([
		["nothing", () => [], "nothing to merge"],
		["one that is missing", ([one, , three]) => [one, three] as ClassReport[], "of 3 shards, 2 is missing"],
		[
			"one that is there twice",
			([one, two]) => [one, two, two] as ClassReport[],
			"2.json and 3.json are both shard 2 of 3",
		],
		["shards of other sizes", ([one]) => [one, ...parts(2)] as ClassReport[], "one is of 3 shards, the other of 2"],
		[
			"another class",
			([one, two, three]) => [one, two, { ...three, class: { key: "x", submissions: 9 } }] as ClassReport[],
			"not of the same class",
		],
		["another kit", ([one, two, three]) => [one, { ...two, kit: "x" }, three] as ClassReport[], "different versions"],
		[
			"other lessons",
			([one, two, three]) => [one, { ...two, lessons: [] }, three] as ClassReport[],
			"lessons are not the same",
		],
		[
			"a shard with somebody left out",
			([one, two, three]) => [one, two, { ...three, submissions: [] }] as ClassReport[],
			"the class has 9 submissions",
		],
	])("of %s is refused", (_what, spoil, message) => {
		expect(() => merged(spoil(parts(3)))).toThrow(
			expect.objectContaining({ kind: "usage", message: expect.stringContaining(message) }),
		);
	});

	test.each([
		["a file that is not there", null],
		["no JSON", "TAP version 14"],
		["another document", '{ "schemaVersion": 1, "verdict": "pass" }'],
		["a name that leads out of a folder", spoilt((report) => (only(report).name = "../../outside"))],
		["a name that steers a terminal", spoilt((report) => (only(report).name = "\u001b[2Jx"))],
		["a name that reverses the writing direction", spoilt((report) => (only(report).name = "a\u200fb"))],
		["the folder itself as a name", spoilt((report) => (only(report).name = "."))],
		["a hundred million shards", spoilt((report) => (report.shard.of = 1e8))],
		["a shard beyond the last", spoilt((report) => (report.shard.index = 2))],
		["no shard at all", spoilt((report) => (report.shard = { index: 0, of: 0 }))],
		["a submission with too few results", spoilt((report) => only(report).results.pop())],
		["results of lessons in another order", spoilt((report) => only(report).results.reverse())],
		["points without end", spoilt((report) => ((report.lessons[0] as { weight: number }).weight = 1e300))],
		["a text of megabytes", spoilt((report) => ((only(report).results[0] as Result).output = "x".repeat(1 << 20)))],
		[
			"fingerprints that are none",
			spoilt((report) => ((only(report).results[0] as Result).sketch = { digest: "x", prints: "1.0.0" })),
		],
		[
			"endless fingerprints",
			spoilt(
				(report) =>
					((only(report).results[0] as Result).sketch = { digest: "x", prints: `1.1.0${" 1.1.0".repeat(7_000)}` }),
			),
		],
		["lists in lists in lists", "[".repeat(200_000)],
		["an empty file", ""],
		["a document that ends too early", JSON.stringify(reportOn({ a: ["pass", "pass"] })).slice(0, -9)],
	])("%s is refused, and the message names the file", async (what, text) => {
		const path = text === null ? `${files.dir}/nowhere.json` : await files.write(`${what}.json`, text);
		await expect(readReports([path])).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining(path) });
	});

	test("a report that is no regular file is refused", async () => {
		await expect(readReports(["/dev/zero"])).rejects.toMatchObject({ kind: "usage" });
	});

	test("text that steers a terminal is made harmless", async () => {
		const text = spoilt((report) => ((only(report).results[1] as Result).output = "\u001b[2J::error::x"));
		const [report] = await readReports([await files.write("steers.json", text)]);
		expect(report?.submissions[0]?.results[1]?.output).toBe("\ufffd[2J::error::x");
	});

	test("a name is accepted only if a folder's entry could have it", () => {
		for (const bytes of ["Zoë O'Neil-李", "a\nb", "a\u202e", "a\\b", "\\x", "caf\xe9"])
			for (const encoding of ["utf8", "latin1"] as const)
				expect(isPrintableName(printableName(Buffer.from(bytes, encoding)))).toBe(true);
		for (const name of ["", ".", "..", "a/b", "\0", "a\\b", "\\xZZ", "\u00ad", "x".repeat(1_021)])
			expect(isPrintableName(name)).toBe(false);
	});
});
