import { resolve } from "node:path";
import { exists } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { type Lesson, skeletonOf, solutionOf } from "../judge/lessons.ts";
import { learnersFile } from "./workspace.ts";

/** Which module of a lesson is meant; the learner's, if nothing is said. */
export interface Subject {
	solution?: boolean;
	skeleton?: boolean;
	file?: string;
}

/** Whether the learner's own module is meant. */
export const isLearners = ({ solution, skeleton, file }: Subject): boolean => !solution && !skeleton && !file;

/** The module's file. @throws {Failure} usage: the learner's copy is not there */
export async function subjectOf(lesson: Lesson, subject: Subject): Promise<string> {
	if (subject.file !== undefined) return resolve(subject.file);
	return isLearners(subject) ? learnersOwn(lesson) : subject.solution ? solutionOf(lesson) : skeletonOf(lesson);
}

/** The learner's copy. @throws {Failure} usage: it is not there */
export async function learnersOwn(lesson: Lesson): Promise<string> {
	const path = await learnersFile(lesson);
	if (await exists(path)) return path;
	throw new Failure("usage", `your copy, ${path}, is not there`, "npx drydock init");
}
