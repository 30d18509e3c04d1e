import { boxProgram, installBox } from "../engine.ts";
import { type Lesson, loadDemo } from "../lessons.ts";
import type { Source } from "./demo.ts";
import type { Size } from "./events.ts";

/** A lesson's demo, ready to be played; in its machine there is the reference's `box` as well. */
export async function sourceOf(lesson: Lesson, size: Size): Promise<Source> {
	const [script, program] = await Promise.all([loadDemo(lesson), boxProgram(new Map())]);
	return { lesson: lesson.id, script, prepare: installBox(program), size };
}
