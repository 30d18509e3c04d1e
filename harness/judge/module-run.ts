import { access, constants, stat } from "node:fs/promises";
import { Failure } from "../base/failure.ts";
import { inKit } from "../base/kit.ts";
import { type Bundle, bundle } from "../engine/bundle.ts";
import { engineAt } from "../engine/engine-at.ts";
import type { PlayedRun, RunRequest } from "../vm/machine.ts";
import type { Check } from "./check.ts";
import { instrumentsOf } from "./instruments.ts";
import { type Lesson, loadCheck } from "./lessons.ts";
import { drawInputs } from "./random.ts";
import { requestFor } from "./request.ts";
import type { RandomInputs } from "./values.ts";

const LARGEST_MODULE_BYTES = 1 << 20;

/** Provides fresh virtual machines. */
export interface MachinePool {
	/** Key of everything that an observation depends on, apart from the program and the scenario. */
	imageKey(): Promise<string>;
	/** How the machines run: `kvm`, `hvf`, or `tcg` for emulation. */
	accelerator(): Promise<string>;
	play(request: RunRequest): Promise<PlayedRun>;
}

/** A module to run in place of a lesson's reference solution, and the inputs drawn for the run. */
export interface ModuleRun {
	lesson: Lesson;
	check: Check;
	drawn: RandomInputs;
	/** What the run does, for the report. */
	does: string;
	/** The files that replace modules of the reference, by the path of the module that each replaces. */
	modules: ReadonlyMap<string, string>;
}

/**
 * Prepares the run of a file: loads the lesson's check, and draws the inputs.
 * @param mine the learner's modules of earlier lessons, by the path of the reference module that each replaces
 * @throws {Failure} usage: the file does not exist, cannot be read, is not a regular file, or is too large
 */
export async function prepareModuleRun(
	lesson: Lesson,
	file: string,
	mine?: ReadonlyMap<string, string>,
): Promise<ModuleRun> {
	await refuseUnreadable(file, lesson);
	return prepareSubmittedRun(lesson, file, mine);
}

/** Like {@link prepareModuleRun}, for a file that is not on this computer's disk. */
export async function prepareSubmittedRun(
	lesson: Lesson,
	file: string,
	mine?: ReadonlyMap<string, string>,
): Promise<ModuleRun> {
	const check = await loadCheck(lesson);
	const drawn = drawInputs(check);
	const solution = inKit("solutions", lesson.id, check.module);
	return {
		lesson,
		check,
		drawn,
		does: check.scenario(drawn).does,
		modules: new Map([...(mine ?? []), [solution, file]]),
	};
}

/** Bundles the lesson's engine with the run's modules. @throws {BundleError} */
export function bundleModuleRun({ lesson, modules }: ModuleRun): Promise<Bundle> {
	return bundle(engineAt(lesson.id), modules);
}

/** Runs the lesson's scenario in a fresh machine. */
export async function playModuleRun(run: ModuleRun, program: Bundle, machines: MachinePool): Promise<PlayedRun> {
	const { lesson, check, drawn } = run;
	return machines.play(requestFor(check, program, drawn, await instrumentsOf(lesson)));
}

async function refuseUnreadable(file: string, lesson: Lesson): Promise<void> {
	const refuse = (reason: string, cause?: unknown) =>
		new Failure("usage", `${file} ${reason}`, `npx drydock init, or npx drydock check ${lesson.id} --file FILE`, {
			cause,
		});
	const info = await stat(file).catch((cause: NodeJS.ErrnoException) => {
		throw refuse(cause.code === "ENOENT" ? "does not exist" : `cannot be read (${cause.code})`, cause);
	});
	// Reading a device or a pipe might never end.
	if (!info.isFile()) throw refuse("is not a regular file");
	if (info.size > LARGEST_MODULE_BYTES) throw refuse(`is larger than ${LARGEST_MODULE_BYTES >> 10} KiB`);
	await access(file, constants.R_OK).catch((cause: NodeJS.ErrnoException) => {
		throw refuse(`cannot be read (${cause.code})`, cause);
	});
}
