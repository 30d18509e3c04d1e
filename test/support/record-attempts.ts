import { findLesson } from "../../harness/judge/lessons.ts";
import { recordAttempt } from "../../harness/learner/course.ts";

// logbook.test.ts runs this file as a process of its own, with two arguments: a lesson, and how many attempts at it to
// record. It prints "ready", waits for input from its parent, and records the attempts in the workspace that is its
// current directory.
const lesson = await findLesson(process.argv[2] ?? "");
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
for (let number = 0; number < Number(process.argv[3]); number++) {
	await recordAttempt(lesson, { verdict: "fail", findings: [] });
	process.stdout.write(`${number}\n`);
}
process.exit();
