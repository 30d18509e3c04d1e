import { distance } from "fastest-levenshtein";

/** Modules under names that differ from the lesson's, such as `isolate_final.ts` and `Isolate.TS`. */

/** Endings of TypeScript files, also as some systems change them. */
const ENDING = /(\.[mc]?ts)?(\.txt)?$/;
/** Words that people and learning platforms add to a file's name. */
const ADDED = /^(final|finished|new|newest|latest|last|fixed|done|copy|solution|submission|mine|my|v?\d+)$/;
/** Maximum number of letters in which a similar name may differ. */
const DISTANCE_MAX = 2;

/** Whether a file may be a module by its ending, even if this ending prevents an import, as in `.TS`. */
export const mayBeModule = (path: string): boolean => /\.([mc]?ts|ts\.txt)$/i.test(path);

/**
 * Compares a file's name with the name of a lesson's module.
 * @param id the lesson's id, such as `02-unshare`; a file's name may also contain parts of it
 * @returns `same module`: only the spelling differs, or usual words were added; `similar`: the name contains the
 * module's, may be a typing error, or has JavaScript's ending; null: it is another name
 */
export function nearness(file: string, module: string, id: string): "same module" | "similar" | null {
	const [got, wanted] = [file, module].map((name) => name.toLowerCase().replace(ENDING, ""));
	if (got === undefined || wanted === undefined || (!mayBeModule(file) && !/\.[mc]?js$/i.test(file))) return null;
	const [stem, words] = [wordsIn(wanted).join(""), wordsIn(got)];
	const isAdded = (word: string) => ADDED.test(word) || (wordsIn(id).includes(word) && !wordsIn(wanted).includes(word));
	const names = [words.join(""), words.filter((word) => !isAdded(word)).join("")];
	if (names.includes(stem)) return mayBeModule(file) ? "same module" : "similar";
	const isSimilar = names.some(
		(name) => name.includes(stem) || (stem.length > 4 && distance(name, stem) <= DISTANCE_MAX),
	);
	return isSimilar ? "similar" : null;
}

const wordsIn = (name: string) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
