import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { keyOf } from "./cache.ts";
import { inKit, readText } from "./kit.ts";

/**
 * What results depend on: the only such list in the kit. A result is kept under a key from here, so it is found again
 * exactly as long as nothing has changed that it depends on.
 *
 *   image        Debian's packages, the system-call library, the guest's programs
 *   observation  the image, the program (an engine with a submission's modules in it), the scenario
 *   verdict      an observation, the reference's observation, the lesson's check, the code that judges
 *
 * An observation does not depend on a check's facts and explanations: it can be judged again by others.
 * Keys hold neither paths of this computer nor times. This module is light: every short command loads it.
 */

/** Folders whose files become the guest's programs, or run there. `depends-on.test.ts` proves that none is missing. */
export const GUEST_FOLDERS: readonly string[] = ["harness/guest", "harness/protocol", "harness/readings", "native"];
/** Folders whose modules make a verdict of an observation, or of a submission that makes no program. */
const JUDGING_FOLDERS: readonly string[] = ["harness/judge", "harness/engine", "harness/protocol", "harness/readings"];
/** Files of a lesson that judge nothing. */
const TEXTS = new Set(["README.md", "hints.md", "demo.ts"]);

/**
 * Names what machines boot from.
 * @param base name of the Debian base
 * @param manifest what it says of itself: built anew, a base has the same name, and perhaps another kernel
 * @param library name of the compiled system-call library
 */
export async function imageKey(base: string, manifest: string, library: string): Promise<string> {
	// The sources name the programs that are bundled from them: bundling only to see that nothing has changed takes too long.
	return keyOf("kit 5", base, manifest, library, await guestSources());
}

/**
 * Names what is read of a run, but for the inputs that are drawn for it: an observation is kept together with its own.
 * @param of.image from {@link imageKey}
 * @param of.lesson the lesson's id
 * @param of.program the code that the guest runs, whose modules are the submission's or the reference's
 * @param of.scenario all else that the machine is asked for, with a placeholder for each drawn value
 */
export function observationKey(of: { image: string; lesson: string; program: string; scenario: unknown }): string {
	return keyOf("observation 1", of.image, of.lesson, of.program, of.scenario);
}

/**
 * Names what a lesson's verdicts depend on, apart from the image and what is judged. It is the same on every computer.
 * @param lesson the lesson's id
 * @param reference the program with the reference's modules
 */
export async function verdictKey(lesson: string, reference: string): Promise<string> {
	const sources = await Promise.all([guestSources(), textsIn(JUDGING_FOLDERS)]);
	return keyOf("verdict 1", lesson, await lessonKey(lesson), reference, sources);
}

/**
 * Names what is a lesson's own of what its verdicts depend on: its check with what lies beside it, its skeleton and its
 * solution. A logbook keeps it with a pass.
 * @param lesson the lesson's id
 */
export async function lessonKey(lesson: string): Promise<string> {
	const folders = ["lessons", "solutions"].map(async (tree) => {
		// A lesson that is being written may have no solution yet.
		const names = (await filesIn(`${tree}/${lesson}`, false).catch(() => [])).filter((name) => !TEXTS.has(name));
		return Promise.all(names.map(async (name) => [name, await readText(inKit(tree, lesson, name))]));
	});
	return keyOf("judged by 1", await Promise.all(folders));
}

/** The texts of all modules in folders of the kit, and below. */
export async function textsIn(folders: readonly string[]): Promise<string[]> {
	return (await Promise.all(folders.map(textsOf))).flat();
}

async function guestSources(): Promise<string[]> {
	// The lock says which versions of packages are bundled into the programs.
	return [...(await textsIn(GUEST_FOLDERS)), await readText(inKit("package-lock.json"))];
}

async function textsOf(folder: string): Promise<string[]> {
	const names = await filesIn(folder, true);
	return Promise.all(names.map((name) => readText(inKit(folder, name))));
}

async function filesIn(folder: string, recursive: boolean): Promise<string[]> {
	const entries = await readdir(inKit(folder), { recursive, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	return files.map(({ parentPath, name }) => join(parentPath, name).slice(inKit(folder).length + 1)).sort();
}
