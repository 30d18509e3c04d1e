import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { hashOf } from "./cache.ts";
import { inKit, readText } from "./kit.ts";

/**
 * What each kind of result depends on: the only such list in the kit. A result is stored under a key from here. The key
 * changes if anything changes that the result depends on. Otherwise the stored result is found again.
 *
 *   image        Debian's packages, the system-call library, the guest's programs
 *   observation  the image, the program (an engine with a submission's modules in it), the scenario
 *   verdict      an observation, the reference's observation, the lesson's check, the code that judges
 *   program      the engine, the bundler's code, a submission and the files that it imports
 *   record       the same as a verdict, but in a form that is the same on every computer: the image's recipe instead of
 *                the image, programs without comments and without the names of local variables
 *   test file    the guest, the kit's own code without comments, the test, the lessons that it names, and the engine if it
 *                runs that
 *
 * An observation does not depend on a check's facts and explanations. When these change, a stored observation can be
 * judged again. Keys contain no paths of this computer, and no times. This module imports little, because every short
 * command loads it.
 */

/** Folders whose files become programs of the guest, or run there. `depends-on.test.ts` proves that none is missing. */
export const GUEST_FOLDERS: readonly string[] = ["harness/guest", "harness/protocol", "harness/readings", "native"];
/** Packages that are bundled into programs of the guest, and the bundler. The test proves that none is missing. */
export const GUEST_PACKAGES: readonly string[] = ["esbuild", "valibot"];
/** Folders whose modules judge an observation, or a submission that could not be made into a program. */
const JUDGING_FOLDERS: readonly string[] = ["harness/judge", "harness/engine", "harness/protocol", "harness/readings"];
/** Files of a lesson that no verdict depends on. */
const TEXTS = new Set(["README.md", "hints.md", "demo.ts"]);

/**
 * The key of the image that machines boot from.
 * @param base name of the Debian base
 * @param manifest the base's manifest: a base that is built again has the same name, but perhaps another kernel
 * @param library name of the compiled system-call library
 */
export async function imageKey(base: string, manifest: string, library: string): Promise<string> {
	// The key has the sources of the guest's programs instead of the programs: bundling them only to find that nothing
	// has changed would take too long.
	return hashOf("kit 5", base, manifest, library, await guestSources());
}

/**
 * The key of an observation, without the inputs that are drawn for its run: an observation is stored with its inputs.
 * @param of.image from {@link imageKey}
 * @param of.lesson the lesson's id
 * @param of.program the code that the guest runs, with the modules of the submission or of the reference
 * @param of.scenario the rest of the request to the machine, with a placeholder for each drawn value
 */
export function observationKey(of: { image: string; lesson: string; program: string; scenario: unknown }): string {
	return hashOf("observation 1", of.image, of.lesson, of.program, of.scenario);
}

/**
 * The key of what a lesson's verdicts depend on, except the image and the submission. It is the same on every computer.
 * @param lesson the lesson's id
 * @param reference the program with the reference's modules
 */
export async function verdictKey(lesson: string, reference: string): Promise<string> {
	const sources = await Promise.all([guestSources(), textsIn(JUDGING_FOLDERS)]);
	return hashOf("verdict 1", lesson, await lessonKey(lesson), reference, sources);
}

/**
 * The key of a record in `test/records`: the known result of one item, such as a submission, a demo or a lesson's text.
 * @param of.guest the recipe of the image, and the programs in it
 * @param of.judging the code that turns an observation into the result, with the lesson's check; empty if the result is
 * only compared with a text
 * @param of.lesson the lesson's id
 * @param of.engine the engine's program with the reference's modules
 * @param of.scenario as for {@link observationKey}
 * @param of.subject the texts of what is tried: a submission and the files that it imports, a demo, a lesson's text
 */
export function recordKey(of: {
	guest: string;
	judging: string;
	lesson: string;
	engine: string;
	scenario: unknown;
	subject: readonly string[];
}): string {
	return hashOf("record 1", of.guest, of.judging, of.lesson, of.engine, of.scenario, of.subject);
}

/**
 * The key of a program that the tests have bundled. Programs with the same key may differ in the paths and the line numbers
 * of their source maps.
 * @param of.lesson the lesson's id
 * @param of.engine the engine's program with the reference's modules
 * @param of.bundling the code that bundles
 * @param of.subject the texts of the submission and of the files that it imports
 */
export function programKey(of: {
	lesson: string;
	engine: string;
	bundling: string;
	subject: readonly string[];
}): string {
	return hashOf("program 1", of.lesson, of.engine, of.bundling, of.subject);
}

/**
 * The key of a record of a test file that has passed.
 * @param of.guest as for {@link recordKey}
 * @param of.kit the code of the harness and of what tests use, and the packages
 * @param of.engine the engine's program; an empty text if the test does not run it
 * @param of.lessons the keys and files of the lessons that the test names, and of those before
 * @param of.file the test file
 */
export function testFileKey(of: {
	guest: string;
	kit: string;
	engine: string;
	lessons: readonly string[];
	file: string;
}): string {
	return hashOf("test file 1", of.guest, of.kit, of.engine, of.lessons, of.file);
}

/**
 * The key of those files of a lesson that its verdicts depend on: its check, its skeleton, its solution, and the other
 * files beside them, except {@link TEXTS}. A logbook stores this key with a pass.
 * @param lesson the lesson's id
 */
export async function lessonKey(lesson: string): Promise<string> {
	const folders = ["lessons", "solutions"].map(async (tree) => {
		// A lesson that is being written may have no solution yet.
		const names = (await filesIn(`${tree}/${lesson}`, false).catch(() => [])).filter((name) => !TEXTS.has(name));
		return Promise.all(names.map(async (name) => [name, await readText(inKit(tree, lesson, name))]));
	});
	return hashOf("judged by 1", await Promise.all(folders));
}

/** The texts of all files in these folders of the kit, and below them. */
export async function textsIn(folders: readonly string[]): Promise<string[]> {
	return (await Promise.all(folders.map(textsOf))).flat();
}

async function guestSources(): Promise<string[]> {
	return [...(await textsIn(GUEST_FOLDERS)), ...(await Promise.all(GUEST_PACKAGES.map(versionOf)))];
}

async function versionOf(name: string): Promise<string> {
	const { version } = JSON.parse(await readText(inKit("node_modules", name, "package.json"))) as { version: string };
	return `${name} ${version}`;
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
