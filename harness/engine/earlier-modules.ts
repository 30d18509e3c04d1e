import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { inKit } from "../base/kit.ts";

/** The end of the path of a lesson's module: `/NN-slug/NAME.ts`. A `part.ts` is not a lesson's module. */
export const LESSON_MODULE = /\/(\d\d-[^/]+)\/(?!part\.ts$)[^/]+\.ts$/;

/**
 * Resolves an import of an earlier lesson's module: finds the reference solution's module of the same lesson and name.
 * The kit provides earlier modules, wherever the learner's file is.
 * @param replaced the replacing file, by the reference module that it replaces
 * @param importer path of the file with the import
 * @param target absolute path that the import leads to
 * @returns the reference solution's file; undefined if the import means no earlier lesson's module
 */
export function earlierModule(
	replaced: ReadonlyMap<string, string>,
	importer: string,
	target: string,
): string | undefined {
	const [module, lesson] = LESSON_MODULE.exec(target) ?? [];
	if (module === undefined || lesson === undefined) return undefined;
	// A learner's module may not import modules of its own lesson or a later one this way.
	if (lesson >= lessonOf(replaced, importer)) return undefined;
	const reference = inKit("solutions", module);
	return existsSync(reference) ? reference : undefined;
}

// The lesson of the learner's module that is in the importer's folder, or in a folder above it; of several, the last
// lesson. If there is no such module, the last lesson of all learners' modules.
function lessonOf(replaced: ReadonlyMap<string, string>, importer: string): string {
	const all = [...replaced].map(([reference, file]) => ({
		lesson: basename(dirname(reference)),
		dir: `${dirname(resolve(file))}/`,
	}));
	const near = all.filter(({ dir }) => importer.startsWith(dir));
	return (
		(near.length > 0 ? near : all)
			.map(({ lesson }) => lesson)
			.sort()
			.at(-1) ?? ""
	);
}
