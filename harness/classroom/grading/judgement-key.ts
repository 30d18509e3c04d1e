import { hashOf } from "../../base/cache.ts";
import { textsIn, verdictKey } from "../../base/depends-on.ts";
import { referenceProgram } from "../../engine/reference-program.ts";
import type { Check } from "../../judge/check.ts";
import type { Lesson } from "../../judge/lessons.ts";

/** Key of everything in the kit that a judgement on this lesson depends on. It is the same on every computer. */
export async function judgementKey(lesson: Lesson, check: Check): Promise<string> {
	const { code } = await referenceProgram(lesson.id);
	// The code in harness/classroom decides what a report keeps of a verdict.
	return hashOf("kit 2", check.weight, await verdictKey(lesson.id, code), await textsIn(["harness/classroom"]));
}
