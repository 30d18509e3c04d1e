import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import { FORMATS } from "../../../../harness/classroom/formats/formats.ts";
import {
	classKey,
	isInShard,
	mergeReports,
	readReports,
	type Shard,
} from "../../../../harness/classroom/grading/shard.ts";
import type { SubmissionReport } from "../../../../harness/classroom/results/result.ts";
import { compared } from "../../../../harness/classroom/similarity/comparison.ts";
import { fingerprintsOf } from "../../../../harness/classroom/similarity/fingerprints.ts";
import { SeenModules } from "../../../../harness/classroom/similarity/seen-modules.ts";
import { mostSimilar } from "../../../../harness/classroom/similarity/similarity.ts";
import { submissionsOf } from "../../../../harness/dev/submissions.ts";
import { reportOn, resultOf } from "../../../support/class-report.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const kit = (path: string) => readFile(inKit(path), "utf8");
const [skeleton, solution] = await Promise.all([
	kit("lessons/06-cgroups/cgroup.ts"),
	kit("solutions/06-cgroups/cgroup.ts"),
]);
const own = (await submissionsOf("06-cgroups", "right")).filter(({ isDifference }) => !isDifference);
const OWN = own[0]?.text ?? "";

const LESSON = "06-cgroups";

/** The submissions with these modules, as a report has them. */
function submissionsWith(texts: Record<string, string>): SubmissionReport[] {
	const modules = new SeenModules(skeleton, solution);
	for (const [name, text] of Object.entries(texts)) modules.add(name, text);
	return Object.keys(texts).map((name) => ({
		...{ name, id: null, late: null },
		results: [modules.describe(name, resultOf(LESSON, "pass"))],
	}));
}

/** The pairs that are alike. */
const pairsIn = (texts: Record<string, string>) => compared(submissionsWith(texts), [{ id: LESSON }]).similar;

describe("equal modules", () => {
	test("are found, whoever is judged first, and belong to the first by name", () => {
		const submitted = submissionsWith({ zoe: OWN, bob: OWN, alice: "export {};\n" });
		const { submissions, similar } = compared(submitted, [{ id: LESSON }]);
		expect(submissions.map(({ name, results }) => [name, results[0]?.sameAs])).toEqual([
			["zoe", "bob"],
			["bob", null],
			["alice", null],
		]);
		expect(similar).toEqual([]);
	});

	test("two unchanged skeletons are no copies of each other", () => {
		const { submissions } = compared(submissionsWith({ zoe: skeleton, bob: skeleton }), [{ id: LESSON }]);
		for (const { results } of submissions)
			expect(results).toMatchObject([{ sameAs: null, sketch: null, note: "the skeleton, unchanged" }]);
	});
});

describe("modules that are alike", () => {
	// Other names, other layout, other comments.
	const disguised = OWN.replaceAll(/\b(path|limits|name|file|parent|pid|cgroup)\b/g, "$1Renamed")
		.replaceAll(/\/\/.*$/gm, "// mine")
		.replaceAll("\t", "  ");

	test("are found although names, layout and comments differ, with the places", () => {
		expect(disguised).not.toBe(OWN);
		const [pair, ...others] = pairsIn({ alice: OWN, bob: disguised });
		expect(others).toEqual([]);
		expect(pair).toMatchObject({ lesson: "06-cgroups", one: "alice", other: "bob" });
		expect(pair?.percent).toBeGreaterThanOrEqual(90);
		for (const { one, other } of pair?.places ?? []) {
			expect(one[0]).toBeLessThanOrEqual(one[1]);
			expect(other[1]).toBeLessThanOrEqual(disguised.split("\n").length);
		}
		expect(pair?.places.length).toBeGreaterThan(0);
	});

	test("are found in different shards as well as in one: merged reports have what the whole class has", async () => {
		const [first, second] = [1, 2].map((index) => ({ index, of: 2 })) as [Shard, Shard];
		const named = (shard: Shard) => (name: string) => isInShard(shard, name);
		const candidates = Array.from({ length: 40 }, (_, at) => `learner-${at}`);
		const [alice = "", carol = "", skel = ""] = candidates.filter(named(first));
		const [bob = "", dave = ""] = candidates.filter(named(second));
		const other = own.find(({ text, name }) => text !== OWN && name !== "plain")?.text ?? "";
		const texts = { [alice]: OWN, [carol]: other, [skel]: skeleton, [bob]: disguised, [dave]: other };
		const whole = compared(submissionsWith(texts), [{ id: LESSON }]);
		const reports = [first, second].map((shard) => {
			const mine = Object.fromEntries(Object.entries(texts).filter(([name]) => isInShard(shard, name)));
			const lessons = [{ id: LESSON, title: "06", weight: 10 }];
			const all = { key: classKey(Object.keys(texts)), submissions: 5 };
			return { ...reportOn({}), shard, lessons, class: all, ...compared(submissionsWith(mine), lessons) };
		});
		expect(reports.flatMap(({ similar }) => similar)).toEqual([]);
		const json = await FORMATS.json.load();
		const paths = await Promise.all(reports.map((report, at) => files.write(`${at + 1}.json`, json(report))));
		const merged = mergeReports(await readReports(paths), paths);
		expect(merged.similar).toEqual(whole.similar);
		expect(merged.similar).toMatchObject([{ one: alice, other: bob }]);
		const sameIn = (submissions: readonly SubmissionReport[]) =>
			new Map(submissions.map(({ name, results }) => [name, results[0]?.sameAs]));
		expect(sameIn(merged.submissions)).toEqual(sameIn(whole.submissions));
		expect([...sameIn(merged.submissions).values()].filter((same) => same !== null)).toHaveLength(1);
		expect(JSON.stringify(merged)).not.toContain('"digest"');
	});

	test("a report has the most similar pairs, and no more than it may have", () => {
		const pair = { lesson: LESSON, one: "a", other: "b", places: [] };
		const pairs = Array.from({ length: 1_200 }, (_, at) => ({ ...pair, percent: at < 600 ? 60 : 90 }));
		const most = mostSimilar(pairs);
		expect([most.length, most[599]?.percent, most[600]?.percent]).toEqual([1_000, 90, 60]);
	});

	test("the skeleton and the reference are subtracted", () => {
		expect(pairsIn({ alice: skeleton, bob: `${skeleton}// mine\n` })).toEqual([]);
		expect(pairsIn({ alice: solution, bob: `${solution}// mine\n` })).toEqual([]);
	});

	test("what most of the class writes is no sign of anything", () => {
		const class_ = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`p${at}`, `${OWN}// ${at}\n`]));
		expect(pairsIn(class_)).toEqual([]);
	});

	test("of the kit's right answers, only those that were made from each other are alike", () => {
		const texts = Object.fromEntries(own.map(({ name, text }) => [name, text]));
		expect(Object.keys(texts).length).toBeGreaterThan(2);
		const pairs = pairsIn(texts);
		expect(pairs.map(({ one, other }) => [one, other])).toEqual([["limits-in-the-leaf", "plain"]]);
	});
});

test("no text takes long or much: a hundred thousand tokens, broken text, nothing", () => {
	expect(fingerprintsOf("a+".repeat(200_000)).length).toBeLessThanOrEqual(20_000);
	expect(fingerprintsOf("`${`${".repeat(10_000)).length).toBeLessThanOrEqual(20_000);
	expect(fingerprintsOf("")).toEqual([]);
});
