import { readdir, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Failure } from "../failure.ts";
import type { Lesson } from "../lessons.ts";
import { LOGBOOK } from "../logbook.ts";
import { foldersIn, lookInto } from "./folder.ts";
import type { Entrant } from "./grader.ts";
import { nameOf } from "./harmless.ts";

/**
 * Who has handed something in: one folder each in the class's folder; or the folder is a single submission itself, as a
 * continuous-integration job has it.
 * @param one it is a single submission, whatever it looks like
 * @throws {Failure} usage: there is no such folder, or nothing in it
 */
export async function entrantsIn(dir: string, lessons: readonly Lesson[], one: boolean): Promise<Entrant[]> {
	const found = await stat(dir).catch(() => null);
	if (!found?.isDirectory()) throw new Failure("usage", `${dir} is not a folder`, "npx drydock help grade");
	if (one || (await isSubmission(dir, lessons))) return [entrant(nameOf(Buffer.from(basename(resolve(dir)))), dir)];
	const folders = await foldersIn(Buffer.from(dir));
	if (folders.length === 0)
		throw new Failure("usage", `there are no folders in ${dir}`, "one folder for each submission, or --one");
	return folders.map(({ name, place, isLink }) => (isLink ? linked(name) : entrant(name, place)));
}

/** Archives in a class's folder: somebody's, who would otherwise be missing without a word. */
export async function archivesIn(dir: string): Promise<number> {
	return (await readdir(dir)).filter((name) => /\.(tar(\.\w+)?|tgz|zip)$/i.test(name)).length;
}

const entrant = (name: string, place: Buffer | string): Entrant => ({
	name,
	open: async () => ({ name, folder: await lookInto(Buffer.from(place)) }),
});

// Somebody's, surely; but what is behind it may be anything.
const linked = (name: string): Entrant => ({
	name,
	open: async () => {
		throw new Error("it is no folder, and links are not followed");
	},
});

async function isSubmission(dir: string, lessons: readonly Lesson[]): Promise<boolean> {
	const marks = new Set([LOGBOOK, "workspace", ...lessons.map(({ id }) => id)]);
	return (await readdir(dir)).some((name) => marks.has(name));
}
