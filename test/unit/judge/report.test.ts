import stringWidth from "string-width";
import { afterAll, describe, expect, test } from "vitest";
import type { Style } from "../../../harness/base/text-layout.ts";
import type { Finding } from "../../../harness/judge/compare.ts";
import type { Verdict } from "../../../harness/judge/judge.ts";
import { report, trace } from "../../../harness/judge/report.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const file = await files.write("enter-root.ts", "const a = 1;\n\tpivotRoot(a);\nchdir(a);\n");

const finding = (what: string): Finding => ({
	...{ fact: "ending", what, expected: "returned 0", got: "EINVAL", diagnosis: what, explanation: "It is shared." },
	...{ try: "Make it private.", see: ["pivot_root(2)"], followsFrom: [] },
});

const verdict: Verdict = {
	...{ schemaVersion: 1, lesson: "04-pivot-root", verdict: "fail", file, did: "box run sh", engine: null, drawn: {} },
	findings: [finding("how it ended"), finding("its mounts")],
	parts: [],
	groups: [],
	thrownAt: { message: "", file, line: 2, column: 2 },
	typeErrors: [{ message: "not a string", file, line: 1, column: 7 }],
	ledger: {
		exercise: [{ task: "1", call: "fork", args: {}, result: 7 }],
		reference: [
			{ task: "1", call: "fork", args: {}, result: 7 },
			{ task: "1.1", call: "chdir", args: { path: '"/a-long-path/to-somewhere"' } },
		],
	},
	otherLedgers: {},
	output: { stdout: "", stderr: "" },
	...{ vm: { accelerator: "tcg", restored: true, processorShare: 1 }, durationMs: 1500, stagesMs: {} },
};

const shown = async (style: Partial<Style> = {}, changes: Partial<Verdict> = {}) =>
	(await report({ ...verdict, ...changes }, "04 · Title", "Learnt.", { width: 80, color: false, ...style })).split(
		"\n",
	);

const traced = (style: Partial<Style> = {}, changes: Partial<Verdict> = {}) =>
	trace({ ...verdict, ...changes }, { width: 80, color: false, ...style }).split("\n");

describe("the report in plain text", () => {
	test("has no symbol, no drawn line and no colour", async () => {
		const text = (await shown({ plain: true })).join("\n");
		expect(text).not.toMatch(/[✓✗›│|>^!]|^ +·/m);
		expect(text).not.toContain("\u001b");
		expect(text).toMatch(/^04 · Title — not right yet$/m);
		expect(text).toMatch(/^warning: not a string$/m);
	});

	test("shows the calls one list after the other", () => {
		const lines = traced({ plain: true });
		const yours = lines.indexOf("your system calls");
		expect(lines.slice(yours, yours + 8)).toEqual([
			"your system calls",
			"fork() = 7",
			"the first difference:",
			"",
			"the reference's system calls",
			"fork() = 7",
			"the first difference:",
			'  chdir("/a-long-path/to-somewhere")',
		]);
	});

	test("shows the line that threw, without a frame", async () => {
		const lines = await shown({ plain: true });
		expect(lines[lines.findIndex((line) => line.endsWith("enter-root.ts:2:2")) + 1]).toBe("pivotRoot(a);");
	});

	test("says in words that it passed", async () => {
		const [title] = await shown({ plain: true }, { verdict: "pass", findings: [], thrownAt: null, typeErrors: [] });
		expect(title).toBe("04 · Title — passed");
	});
});

describe("the report", () => {
	test("cuts the output at the terminal's width", async () => {
		const stdout = `${"x".repeat(200)}\na\tb\n${"\t".repeat(20)}\n${"日本".repeat(50)}\n${"y".repeat(38)}\n`;
		const lines = await shown({ width: 40 }, { output: { stdout, stderr: "" } });
		const at = lines.indexOf("it printed (never judged)") + 1;
		const printed = lines.slice(at, at + 5);
		expect(printed.map((line) => stringWidth(line))).toEqual([40, 9, 33, 39, 40]);
		expect(printed.map((line) => line.endsWith("…"))).toEqual([true, false, true, true, false]);
		expect(printed[1]).toBe("  a     b");
	});

	test("shows where it threw in a frame", async () => {
		expect(await shown()).toContain("> 2 | \tpivotRoot(a);");
	});

	test("shows the calls only if it is asked for, side by side", async () => {
		expect((await shown()).join("\n")).not.toContain("system calls");
		expect(traced()).toContain(`${"your system calls".padEnd(38)} │ the reference's system calls`);
	});

	test("shows the beginning of a long list, and the first digits of a digest", async () => {
		const got = Array.from({ length: 9 }, (_, index) => `blobs/sha256/${String(index).repeat(64)}`);
		const [first] = verdict.findings;
		const text = (await shown({}, { findings: [{ ...(first as Finding), got }] })).join("\n");
		expect(text).toMatch(/blobs\/sha256\/555555555555…, 3\s+more/);
		expect(text).not.toMatch(/0{13}|666/);
	});

	test("lists mistakes of their own, and consequences with what they follow from", async () => {
		const cause = { ...finding("its root"), fact: "command.root" };
		const consequence = { ...finding("its mounts"), fact: "command.mounts", followsFrom: ["command.root"] };
		const lines = await shown({}, { findings: [finding("how it ended"), cause, consequence] });
		const at = lines.indexOf("also different");
		expect(lines.slice(at, at + 7)).toEqual([
			"also different",
			"  · its root: EINVAL; wanted: returned 0",
			"      try: Make it private.",
			"",
			"probably a consequence",
			"  · its mounts: EINVAL; wanted: returned 0",
			"      of: its root",
		]);
	});

	test("[nothing follows from anything] names no consequences", async () => {
		expect(await shown()).toContain("also different");
		expect((await shown()).join("\n")).not.toContain("consequence");
	});

	test("says of each part of the lesson how far it is; a passed lesson needs no such lines", async () => {
		const parts: Verdict["parts"] = [
			{ title: "programs", state: "right", firstFunction: "gather" },
			{ title: "images", state: "not written yet", firstFunction: "buildImage" },
		];
		const text = (await shown({}, { parts })).join("\n");
		expect(text).toContain("  part 1  programs: right\n  part 2  images: not written yet; it begins with buildImage\n");
		const passed = await shown({}, { parts, verdict: "pass", findings: [] });
		expect(passed.join("\n")).not.toContain("part 1");
	});

	test("[the same calls] says so below them", () => {
		const ledger = { exercise: verdict.ledger.reference, reference: verdict.ledger.reference };
		expect(traced({}, { ledger }).join("\n")).toMatch(/chdir[\s\S]*The same calls, in the same order/);
	});

	test("says of a difference in a wrong answer that it need not be the mistake, and marks none in a right one", () => {
		const text = (changes: Partial<Verdict>) => traced({}, changes).join("\n").replaceAll(/\s+/g, " ");
		expect(text({})).toMatch(/≠.*The first difference is marked. It need not be the mistake/);
		expect(text({ verdict: "pass" })).toContain("Where the lists differ, both ways are right");
		expect(text({ verdict: "pass" })).not.toContain("≠");
	});

	test.each([{}, { plain: true }, { color: true }])("fits into 80 columns: %j", async (style) => {
		expect((await shown(style)).filter((line) => !line.includes(file) && stringWidth(line) > 80)).toEqual([]);
	});
});
