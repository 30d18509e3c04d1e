import { findLesson } from "../../harness/judge/lessons.ts";
import { recordAttempt } from "../../harness/learner/course.ts";

// A process of its own for logbook.test.ts: says that it is ready, waits for its parent's word, and records attempts at
// lesson ARGV[2], ARGV[3] times, in the workspace that is its current directory.
const lesson = await findLesson(process.argv[2] ?? "");
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
for (let number = 0; number < Number(process.argv[3]); number++) {
	await recordAttempt(lesson, { verdict: "fail", findings: [] });
	process.stdout.write(`${number}\n`);
}
process.exit();
