import { keyOf } from "../base/cache.ts";
import { textsIn, verdictKey } from "../base/depends-on.ts";
import { bundle } from "../engine/bundle.ts";
import { engineAt } from "../engine/engine-at.ts";
import type { Check } from "../judge/check.ts";
import type { Lesson } from "../judge/lessons.ts";

/** Names everything of the kit's that a judgement on this lesson depends on; the same on every computer. */
export async function kitKey(lesson: Lesson, check: Check): Promise<string> {
	const { code } = await bundle(engineAt(lesson.id), new Map());
	// What a report keeps of a verdict is the classroom's.
	return keyOf("kit 2", check.weight, await verdictKey(lesson.id, code), await textsIn(["harness/classroom"]));
}
