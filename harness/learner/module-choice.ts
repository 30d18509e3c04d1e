import { resolve } from "node:path";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { type Lesson, skeletonOf, solutionOf } from "../judge/lessons.ts";
import { learnersFile } from "./workspace.ts";

/** Which module of a lesson a command works on; the learner's, if no field is set. */
export interface ModuleChoice {
	solution?: boolean;
	skeleton?: boolean;
	file?: string;
}

/** Whether the command works on the learner's own module. */
export const isLearnersModule = ({ solution, skeleton, file }: ModuleChoice): boolean =>
	!solution && !skeleton && !file;

/** Path of the module. @throws {Failure} usage: the learner's copy does not exist */
export async function chosenModule(lesson: Lesson, choice: ModuleChoice): Promise<string> {
	if (choice.file !== undefined) return resolve(choice.file);
	return isLearnersModule(choice)
		? existingLearnersFile(lesson)
		: choice.solution
			? solutionOf(lesson)
			: skeletonOf(lesson);
}

/** Path of the learner's copy of a lesson's module. @throws {Failure} usage: it does not exist */
export async function existingLearnersFile(lesson: Lesson): Promise<string> {
	const path = await learnersFile(lesson);
	if (await exists(path)) return path;
	throw new Failure("usage", `your copy, ${path}, does not exist`, "npx drydock init");
}
