import { resolve } from "node:path";
import { exists } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { type Lesson, loadCheck } from "../../judge/lessons.ts";
import { learnersFile } from "../../learner/workspace.ts";

/** Which module of a lesson is meant; the learner's, if nothing is said. */
export interface Subject {
	solution?: boolean;
	skeleton?: boolean;
	file?: string;
}

/** @throws {Failure} usage: more than one is meant */
export function onlyOne({ solution, skeleton, file }: Subject, command: string): void {
	if ([solution, skeleton, file].filter(Boolean).length > 1)
		throw new Failure("usage", "--solution, --skeleton and --file exclude each other", `npx drydock help ${command}`);
}

/** The module's file. @throws {Failure} usage: the learner's copy is not there */
export async function subjectOf(lesson: Lesson, { solution, skeleton, file }: Subject): Promise<string> {
	if (file !== undefined) return resolve(file);
	if (!solution && !skeleton) {
		const path = await learnersFile(lesson);
		if (await exists(path)) return path;
		throw new Failure("usage", `your copy, ${path}, is not there`, "npx drydock init");
	}
	const { module } = await loadCheck(lesson);
	return inKit(solution ? "solutions" : "lessons", lesson.id, module);
}
