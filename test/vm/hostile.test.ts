import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson, solutionOf } from "../../harness/judge/lessons.ts";
import { report } from "../../harness/judge/report.ts";
import { LIMITS } from "../../harness/protocol/index.ts";
import { type Footprint, footprint, heldBytes } from "../support/footprint.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

// Whatever a submission does, it leaves nothing behind, and does not pass unless it does the exercise. What drydock
// promises, and each way to break the promise: test/hostile/README.md.

// Half of what one machine may print. Without a leak, memory changes by less than a tenth of this.
const HELD_MORE_BYTES = 8 << 20;

const machines = newMachinePool();
let before: Footprint;
let beforeBytes: number;
const files = await temporary();
beforeAll(async () => {
	await machines.accelerator();
	// Only this test's files are in the directory.
	vi.stubEnv("TMPDIR", files.dir);
	// Makes everything that is made only once, including the measurements of the reference solutions.
	await judge(await findLesson("02"), inKit("test/submissions/bad-input/does-nothing.ts"), machines);
	for (const id of new Set(
		kinds()
			.flatMap(programs)
			.map(({ lesson }) => lesson),
	)) {
		const lesson = await findLesson(id);
		await judge(lesson, await solutionOf(lesson), machines, { types: false });
	}
	before = await footprint();
	beforeBytes = await heldBytes();
	// On a busy computer, the references of all lessons take this long.
}, 900_000);
afterAll(async () => {
	vi.unstubAllEnvs();
	await Promise.all([machines.close(), files.remove()]);
});

// The results of these depend on how fast the computer answers, so they run alone.
const ALONE = new Set(["port"]);

describe.each(kinds())("%s", (kind) => {
	const each = ALONE.has(kind) ? test : test.concurrent;
	each.for(programs(kind))("$name → $expected", async ({ file, lesson, diagnoses, verdicts, says, isHarmless }) => {
		const judged = await judge(await findLesson(lesson), file, machines, { types: false });
		const [first] = judged.findings;
		expect(first?.diagnosis ?? "none").toBeOneOf(diagnoses);
		expect(judged.verdict).toBeOneOf(verdicts);
		if (says !== undefined) expect(String(first?.got)).toContain(says);
		for (const stream of [judged.output.stdout, judged.output.stderr])
			expect(Buffer.byteLength(stream)).toBeLessThanOrEqual(LIMITS.outputBytes);
		const shown = await report(judged, "hostile", "", { width: 100, color: false });
		expect(shown).not.toMatch(STEERING);
		if (isHarmless) expect(JSON.stringify(judged)).toContain("�");
	});

	// To find out which submission has left something, run single ones with -t.
	test("nothing is left of all these", async () => {
		expect(await footprint(before)).toEqual(before);
		expect((await heldBytes()) - beforeBytes).toBeLessThan(HELD_MORE_BYTES);
	});
});

test("nothing that is hostile passes for a forgery", () => {
	for (const { verdicts } of programs("forgeries")) expect(verdicts).not.toContain("pass");
});

// Characters that move a terminal's cursor or change the writing direction, and commands to a CI job's log.
const STEERING = /(?![\n\t\u200c\u200d])[\p{C}\u2028\u2029]|^\s*::|##\w*\[/mu;

function kinds(): string[] {
	const entries = readdirSync(inKit("test/hostile"), { withFileTypes: true });
	return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function programs(kind: string) {
	const dir = inKit("test/hostile", kind);
	return readdirSync(dir).map((entry) => {
		const file = `${dir}/${entry}`;
		const head = (key: string) => new RegExp(`^// ${key}: (.+)$`, "m").exec(readFileSync(file, "utf8"))?.[1];
		const diagnoses = head("diagnosis")?.split(" ") ?? [];
		return {
			name: entry.replace(/\.ts$/, ""),
			expected: diagnoses.join(" or "),
			file,
			lesson: head("lesson") ?? "02",
			diagnoses,
			verdicts: head("verdict")?.split(" ") ?? [diagnoses[0] === "none" ? "pass" : "fail"],
			says: head("says"),
			isHarmless: head("harmless") !== undefined,
		};
	});
}
