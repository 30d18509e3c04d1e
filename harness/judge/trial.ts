import { access, constants, stat } from "node:fs/promises";
import { Failure } from "../base/failure.ts";
import { inKit } from "../base/kit.ts";
import { type Bundle, bundle } from "../engine/bundle.ts";
import { engineAt } from "../engine/engine-at.ts";
import type { PlayedRun, RunRequest } from "../vm/machine.ts";
import type { Check } from "./check.ts";
import { instrumentsOf } from "./instruments.ts";
import { type Lesson, loadCheck } from "./lessons.ts";
import { drawFor } from "./random.ts";
import { requestFor } from "./request.ts";
import type { Drawn } from "./values.ts";

const LARGEST_MODULE_BYTES = 1 << 20;

/** Where fresh virtual machines come from. */
export interface Shipyard {
	/** Names everything that facts depend on, apart from the program and the scenario. */
	imageKey(): Promise<string>;
	accelerator(): Promise<string>;
	play(request: RunRequest): Promise<PlayedRun>;
}

/** A module that is to be played in the place of a lesson's reference solution, with inputs of its own. */
export interface Trial {
	lesson: Lesson;
	check: Check;
	drawn: Drawn;
	/** What is done with it. */
	does: string;
	/** Which file takes the place of which module of the reference. */
	modules: ReadonlyMap<string, string>;
}

/**
 * Draws the inputs of a trial.
 * @param mine the learner's modules of earlier lessons, by the reference's in whose place they are to stand
 * @throws {Failure} usage: the file is not there
 */
export async function newTrial(lesson: Lesson, file: string, mine?: ReadonlyMap<string, string>): Promise<Trial> {
	await readable(file, lesson);
	return trialOf(lesson, file, mine);
}

/** The same of a file that is not on this computer's disk. */
export async function trialOf(lesson: Lesson, file: string, mine?: ReadonlyMap<string, string>): Promise<Trial> {
	const check = await loadCheck(lesson);
	const drawn = drawFor(check);
	const solution = inKit("solutions", lesson.id, check.module);
	return {
		lesson,
		check,
		drawn,
		does: check.scenario(drawn).does,
		modules: new Map([...(mine ?? []), [solution, file]]),
	};
}

/** @throws {BundleError} */
export function bundleTrial({ lesson, modules }: Trial): Promise<Bundle> {
	return bundle(engineAt(lesson.id), modules);
}

/** Plays the lesson's scenario in a fresh machine. */
export async function playTrial(trial: Trial, program: Bundle, shipyard: Shipyard): Promise<PlayedRun> {
	const { lesson, check, drawn } = trial;
	return shipyard.play(requestFor(check, program, drawn, await instrumentsOf(lesson)));
}

async function readable(file: string, lesson: Lesson): Promise<void> {
	const refuse = (reason: string, cause?: unknown) =>
		new Failure("usage", `${file} ${reason}`, `npx drydock init, or npx drydock check ${lesson.id} --file FILE`, {
			cause,
		});
	const info = await stat(file).catch((cause: NodeJS.ErrnoException) => {
		throw refuse(cause.code === "ENOENT" ? "is not there" : `cannot be read (${cause.code})`, cause);
	});
	// A device or a pipe could be read without end.
	if (!info.isFile()) throw refuse("is no file");
	if (info.size > LARGEST_MODULE_BYTES) throw refuse(`is larger than ${LARGEST_MODULE_BYTES >> 10} KiB`);
	await access(file, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
		throw refuse(`cannot be read (${cause.code})`, cause);
	});
}
