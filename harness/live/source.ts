import { boxProgram, installBox } from "../engine.ts";
import type { Demo } from "../grade/demo.ts";
import { type Lesson, loadDemo } from "../lessons.ts";
import type { Preparation } from "../protocol.ts";
import type { Audience, Rewindable, StageRequest } from "../vm/rewindable.ts";
import type { Size } from "./events.ts";

/** Where a machine for a demo comes from. */
export type Opens = (request: StageRequest, audience: Audience) => Promise<Rewindable>;

/** What a demo is made of. */
export interface Source {
	lesson: string;
	script: Demo;
	/** What is done in the machine before. */
	prepare: Preparation[];
	size: Size;
}

/** A lesson's demo, ready to be played; in its machine there is the reference's `box` as well. */
export async function sourceOf(lesson: Lesson, size: Size): Promise<Source> {
	const [script, program] = await Promise.all([loadDemo(lesson), boxProgram(new Map())]);
	return { lesson: lesson.id, script, prepare: installBox(program), size };
}
