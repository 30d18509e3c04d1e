import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { inKit } from "../../../../harness/base/kit.ts";
import { fingerprintsOf } from "../../../../harness/classroom/similarity/fingerprints.ts";
import { LessonModules } from "../../../../harness/classroom/similarity/similarity.ts";
import { submissionsOf } from "../../../../harness/dev/submissions.ts";

const kit = (path: string) => readFile(inKit(path), "utf8");
const [skeleton, solution] = await Promise.all([
	kit("lessons/06-cgroups/cgroup.ts"),
	kit("solutions/06-cgroups/cgroup.ts"),
]);
const own = (await submissionsOf("06-cgroups", "right")).filter(({ isDifference }) => !isDifference);
const OWN = own[0]?.text ?? "";

function modulesOf(texts: Record<string, string>): LessonModules {
	const modules = new LessonModules(skeleton, solution);
	for (const [name, text] of Object.entries(texts)) modules.add(name, text);
	return modules;
}

describe("equal modules", () => {
	test("are found, whoever is judged first, and belong to the first by name", () => {
		const modules = modulesOf({ zoe: OWN, bob: OWN, alice: "export {};\n" });
		expect(["zoe", "bob", "alice"].map((name) => modules.sameAs(name))).toEqual(["bob", null, null]);
		expect(modules.pairs("06-cgroups")).toEqual([]);
	});

	test("two unchanged skeletons are no copies of each other", () => {
		const modules = modulesOf({ zoe: skeleton, bob: skeleton });
		expect(modules.sameAs("zoe")).toBeNull();
		expect(modules.isSkeleton("zoe")).toBe(true);
	});
});

describe("modules that are alike", () => {
	// Other names, other layout, other comments.
	const disguised = OWN.replaceAll(/\b(path|limits|name|file|parent|pid|cgroup)\b/g, "$1Renamed")
		.replaceAll(/\/\/.*$/gm, "// mine")
		.replaceAll("\t", "  ");

	test("are found although names, layout and comments differ, with the places", () => {
		expect(disguised).not.toBe(OWN);
		const [pair, ...others] = modulesOf({ alice: OWN, bob: disguised }).pairs("06-cgroups");
		expect(others).toEqual([]);
		expect(pair).toMatchObject({ lesson: "06-cgroups", one: "alice", other: "bob" });
		expect(pair?.percent).toBeGreaterThanOrEqual(90);
		for (const { one, other } of pair?.places ?? []) {
			expect(one[0]).toBeLessThanOrEqual(one[1]);
			expect(other[1]).toBeLessThanOrEqual(disguised.split("\n").length);
		}
		expect(pair?.places.length).toBeGreaterThan(0);
	});

	test("the skeleton and the reference are subtracted", () => {
		expect(modulesOf({ alice: skeleton, bob: `${skeleton}// mine\n` }).pairs("06-cgroups")).toEqual([]);
		expect(modulesOf({ alice: solution, bob: `${solution}// mine\n` }).pairs("06-cgroups")).toEqual([]);
	});

	test("what most of the class writes is no sign of anything", () => {
		const class_ = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`p${at}`, `${OWN}// ${at}\n`]));
		expect(modulesOf(class_).pairs("06-cgroups")).toEqual([]);
	});

	test("of the kit's right answers, only those that were made from each other are alike", () => {
		const texts = Object.fromEntries(own.map(({ name, text }) => [name, text]));
		expect(Object.keys(texts).length).toBeGreaterThan(2);
		const pairs = modulesOf(texts).pairs("06-cgroups");
		expect(pairs.map(({ one, other }) => [one, other])).toEqual([["limits-in-the-leaf", "plain"]]);
	});
});

test("no text takes long or much: a hundred thousand tokens, broken text, nothing", () => {
	expect(fingerprintsOf("a+".repeat(200_000)).length).toBeLessThanOrEqual(20_000);
	expect(fingerprintsOf("`${`${".repeat(10_000)).length).toBeLessThanOrEqual(20_000);
	expect(fingerprintsOf("")).toEqual([]);
});
