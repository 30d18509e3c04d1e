import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { inKit } from "../base/kit.ts";

/** How a module is named by one of another lesson: in the folder of its lesson, next to the other's. */
export const MODULE = /\/(\d\d-[^/]+)\/(?!part\.ts$)[^/]+\.ts$/;

/**
 * The reference's module of an earlier lesson, where an import leads to the place that it would have beside the
 * importer's. Wherever a learner's file lies: what an earlier lesson's module is, the kit says.
 * @param replaced which file takes the place of which module of the reference
 */
export function inPlaceOfReference(
	replaced: ReadonlyMap<string, string>,
	importer: string,
	target: string,
): string | undefined {
	const [module, lesson] = MODULE.exec(target) ?? [];
	if (module === undefined || lesson === undefined) return undefined;
	// Of its own lesson, and of later ones, there is nothing for a learner's file to have.
	if (lesson >= lessonOf(replaced, importer)) return undefined;
	const reference = inKit("solutions", module);
	return existsSync(reference) ? reference : undefined;
}

// That of the module in whose folder the importer lies, or below it; otherwise the last of all.
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
