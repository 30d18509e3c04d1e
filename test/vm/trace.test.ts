import { afterAll, beforeAll, expect, test } from "vitest";
import { readSubmission } from "../../harness/dev/submissions.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import { trace } from "../../harness/judge/report.ts";
import { newMachinePool } from "../support/guest.ts";
import { submissionFile } from "../support/submissions.ts";
import { temporary } from "../support/temporary.ts";

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

const LESSON = "06-cgroups";

// Judges a submission, and returns the trace of the first container alone. `yours` are the submission's calls of node:fs.
async function traceOf(path: string): Promise<{ verdict: string; lines: string[]; yours: string[] }> {
	const submission = await readSubmission(`test/submissions/${LESSON}/${path}`);
	const verdict = await judge(await findLesson(LESSON), await submissionFile(submission, files), machines);
	const text = trace({ ...verdict, otherLedgers: {} }, { width: 400, color: false, plain: false });
	const lines = text.split("\n");
	const yours = lines.map((line) => line.split(/[│≠]/)[0]?.trim() ?? "").filter((line) => line.startsWith("fs."));
	return { verdict: verdict.verdict, lines, yours: yours.map((line) => line.replaceAll(/\/[0-9a-f]{8}\b/g, "/ID")) };
}

test("a right answer that writes its limits in another order passes, and the trace shows that order", async () => {
	const { verdict, yours, lines } = await traceOf("right/mkdir-first.diff");
	expect(verdict).toBe("pass");
	const writes = yours.filter((line) => line.includes("cgroup")).map((line) => /\/([^/"]+)"/.exec(line)?.[1]);
	expect(writes.slice(0, 6)).toEqual([
		"ID",
		"cgroup.subtree_control",
		"cpu.max",
		"memory.swap.max",
		"pids.max",
		"memory.max",
	]);
	expect(lines.join(" ")).not.toContain("≠");
	expect(lines.join(" ")).toContain("Where the lists differ, both ways are right");
	expect(lines.join(" ")).not.toContain("same calls");
});

test("the first marked difference is the wrong answer's wrong write", async () => {
	const { verdict, lines } = await traceOf("wrong/swap-as-large-as-memory.diff");
	expect(verdict).toBe("fail");
	expect(lines.find((line) => line.includes("≠"))).toMatch(/memory\.swap\.max", "\d{8}"\) +≠/);
	// Only this: neither the drawn numbers nor the drawn exit code are a difference.
	const different = lines.filter((line) => /^ *[│≠]|[│≠] *$/.test(line));
	expect(different).toHaveLength(2);
});
