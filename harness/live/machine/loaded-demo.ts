import { boxProgram, installBox } from "../../engine/engine.ts";
import type { Demo } from "../../judge/demo.ts";
import { type Lesson, loadDemo } from "../../judge/lessons.ts";
import type { Preparation } from "../../protocol/index.ts";
import type { MachinePool } from "../../vm/machine-pool.ts";
import type { RewindableMachine, StageListener, StageRequest } from "../../vm/rewindable-machine.ts";
import { SHELLS, type Size, type UntimedEvent } from "../events.ts";
import { shellProgram } from "../shells.ts";
import { readingsOf } from "../view-readings.ts";
import { isOwn, type OwnDemo, readOwnDemo } from "./own-demo.ts";

/** Opens a machine for a demo. */
export type OpenMachine = (request: StageRequest, listener: StageListener) => Promise<RewindableMachine>;

/** What a demo is made of. */
export interface LoadedDemo {
	/** The lesson's id, or the name of the folder of an instructor's own demo. */
	lesson: string;
	script: Demo;
	/** What to do in the machine before the demo begins. */
	prepare: Preparation[];
	/** The size of the terminals. */
	size: Size;
}

/** Loads a lesson's demo. The machine in which it is played has the reference's `box`. */
export function loadForStage(lesson: Lesson, size: Size): Promise<LoadedDemo> {
	return forStage(lesson.id, loadDemo(lesson), size);
}

/** Loads a lesson's demo or an instructor's own. One of the machines evaluates an instructor's demo. */
export function loadAnyForStage(
	demo: Lesson | OwnDemo,
	size: Size,
	machines: Pick<MachinePool, "play">,
): Promise<LoadedDemo> {
	return isOwn(demo) ? forStage(demo.id, readOwnDemo(demo, machines), size) : loadForStage(demo, size);
}

async function forStage(lesson: string, loading: Promise<Demo>, size: Size): Promise<LoadedDemo> {
	const [script, program] = await Promise.all([loading, boxProgram(new Map())]);
	return { lesson, script, prepare: installBox(program), size };
}

/** The first event of a demo: its script without the promises. */
export function headerOf({ lesson, script, size }: LoadedDemo): UntimedEvent {
	const { title, minutes, steps, views = [] } = script;
	const shown = steps.map(({ promises: _, ...step }) => step);
	return { type: "demo", schemaVersion: 1, lesson, title, minutes, steps: shown, size, views };
}

/** The request for the machine in which a demo is played. */
export function stageRequestOf({ script, prepare, size }: LoadedDemo): StageRequest {
	const shells = Object.fromEntries(SHELLS.map((name) => [name, shellProgram(name, size)]));
	// Unlocked: a demo may trace processes and load kernel modules, and a check may not.
	return { prepare, shells, readings: readingsOf(script.views ?? []), unlocked: true };
}
