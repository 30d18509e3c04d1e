import { readdir } from "node:fs/promises";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { inKit, kitDir } from "../../../harness/base/kit.ts";
import { applyDifference, parseDifference } from "../../../harness/dev/difference.ts";
import { readSubmission, submissionsOf } from "../../../harness/dev/submissions.ts";
import { temporary } from "../../support/temporary.ts";

const MODULE = `import { a } from "a";

export function one() {
	a();
	return 1;
}

export function two() {
	a();
	return 2;
}
`;

const changed = (...places: string[]) =>
	applyDifference(parseDifference(["// head", "--- solutions/x.ts", ...places, ""].join("\n")), MODULE);

describe("a difference", () => {
	test("replaces its old lines where they are", () => {
		expect(changed("@@ two", " \ta();", "-\treturn 2;", "+\treturn 3;")).toBe(MODULE.replace("2", "3"));
	});

	test("has places in any order; one without old lines is at the top", () => {
		const text = changed("@@", "-\treturn 2;", "+\treturn 3;", "@@", "-\treturn 1;", "@@", '+import { b } from "b";');
		expect(text).toBe(`import { b } from "b";\n${MODULE.replace("\treturn 1;\n", "").replace("2", "3")}`);
	});

	test("may be what git diff prints, and may have lost the blank of an empty line", () => {
		const git = [
			"// diagnosis: x",
			"diff --git a/solutions/x.ts b/solutions/x.ts",
			"index 1234567..89abcde 100644",
			"--- a/solutions/x.ts",
			"+++ b/solutions/x.ts",
			"@@ -6,3 +6,3 @@ export function one() {",
			" }",
			"",
			"-export function two() {",
			"+export function three() {",
			"",
		].join("\n");
		expect(parseDifference(git)).toMatchObject({ base: "solutions/x.ts", head: "// diagnosis: x\n" });
		expect(applyDifference(parseDifference(git), MODULE)).toBe(MODULE.replace("two", "three"));
	});

	test.each([
		["whose lines are not there", ["@@", "-\treturn 4;"], "do not exist any more:\n\treturn 4;"],
		["whose lines are there twice", ["@@", "-\ta();"], "exist more than once"],
		["whose places overlap", ["@@", " \treturn 1;", "-}", "@@", "-\treturn 1;"], "overlap"],
		["without a place", [], "changes nothing"],
		["that puts back what it takes away", ["@@", "-\treturn 1;", "+\treturn 1;"], "changes nothing"],
		["with a line that has lost its mark", ["@@", "return 1;"], "starts with neither"],
	])("%s is refused", (_what, places, why) => {
		expect(() => changed(...places)).toThrow(why);
	});

	test("that does not name its base file is refused", () => {
		expect(() => parseDifference("// head\n@@\n-x\n")).toThrow('no line "--- PATH"');
	});
});

describe("the submissions", async () => {
	const ids = (await readdir(inKit("solutions"))).filter((name) => /^\d\d-/.test(name));

	test.each(ids)("%s: each difference fits, and each wrong answer has a diagnosis", async (id) => {
		expect(await submissionsOf(id, "right")).not.toEqual([]);
		expect(await submissionsOf(id, "wrong")).not.toEqual([]);
	});

	test.each([
		["a difference that does not fit", "x.diff", "--- solutions/given/tar.ts\n@@\n-nowhere\n", "does not fit"],
		["a difference from nothing", "x.diff", "--- solutions/nothing.ts\n@@\n-nowhere\n", "ENOENT"],
		["a wrong answer without a diagnosis", "x.ts", "// misconception: 1\nexport {};\n", '"// diagnosis: NAME"'],
	])("%s is named", async (_what, name, text, why) => {
		const files = await temporary();
		const path = relative(kitDir, await files.write(`wrong/${name}`, text));
		const message = await readSubmission(path).then(
			() => "",
			(error: Error) => error.message,
		);
		await files.remove();
		expect(message).toContain(path);
		expect(message).toContain(why);
	});
});
