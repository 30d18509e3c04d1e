import { boxProgram, installBox } from "../engine/engine.ts";
import type { Demo } from "../judge/demo.ts";
import { type Lesson, loadDemo } from "../judge/lessons.ts";
import type { Preparation } from "../protocol/index.ts";
import type { RewindableMachine, StageListener, StageRequest } from "../vm/rewindable-machine.ts";
import { type Happening, SHELLS, type Size } from "./events.ts";
import { shellOf } from "./shells.ts";
import { readingsOf } from "./view-readings.ts";

/** Opens a machine for a demo. */
export type Opens = (request: StageRequest, audience: StageListener) => Promise<RewindableMachine>;

/** What a demo is made of. */
export interface Source {
	lesson: string;
	script: Demo;
	/** What to do in the machine before the demo begins. */
	prepare: Preparation[];
	size: Size;
}

/** Loads a lesson's demo. Its machine also gets the reference's `box`. */
export async function sourceOf(lesson: Lesson, size: Size): Promise<Source> {
	const [script, program] = await Promise.all([loadDemo(lesson), boxProgram(new Map())]);
	return { lesson: lesson.id, script, prepare: installBox(program), size };
}

/** The first event of a demo: its script without the promises. */
export function headOf({ lesson, script, size }: Source): Happening {
	const { title, minutes, steps, views = [] } = script;
	const shown = steps.map(({ promises: _, ...step }) => step);
	return { type: "demo", schemaVersion: 1, lesson, title, minutes, steps: shown, size, views };
}

/** What to ask for to get the machine that a demo is played in. */
export function requestOf({ script, prepare, size }: Source): StageRequest {
	const shells = Object.fromEntries(SHELLS.map((name) => [name, shellOf(name, size)]));
	return { prepare, shells, readings: readingsOf(script.views ?? []), unlocked: true };
}
