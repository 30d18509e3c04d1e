import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../base/failure.ts";
import { readText } from "../base/kit.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { lessons, moduleOf, skeletonOf } from "../judge/lessons.ts";
import { isTakenIn, unpackWorkspace } from "./archive.ts";
import { moveAside, placeBeside, writeNew } from "./keep.ts";
import { LOGBOOK, mergeLogbooks, parseLogbook, readLogbook, textOf, updateLogbook } from "./logbook.ts";
import { makeWorkspace, readLearners, workspaceDir } from "./workspace.ts";

const EXPORT_AGAIN = "on the other computer: npx drydock list, then npx drydock export FILE";

/** What became of an archive's files. Paths in the archive are those in a workspace. */
export interface TakenIn {
	workspace: string;
	/** Paths in the archive of what was taken in. */
	files: string[];
	/** Which of the learner's files differ from the archive's, and where the archive's are. */
	beside: { file: string; kept: string }[];
	/** Paths in the archive of what was left out. */
	leftOut: string[];
}

/**
 * Brings what an archive of a workspace holds into the learner's, and overwrites nothing of theirs.
 * @throws {Failure} usage: it is no such archive, or something is in the way; what was taken in before stays
 */
export async function takeIn(archive: string): Promise<TakenIn> {
	const files = await unpackWorkspace(archive);
	const theirs = parseLogbook(files.get(LOGBOOK)?.toString() ?? "", `${LOGBOOK} in ${archive}`, EXPORT_AGAIN);
	const dir = await workspaceDir();
	// Said before anything is touched, should it be damaged, or the two be too much for one.
	textOf(mergeLogbooks(await readLogbook(dir), theirs), join(dir, LOGBOOK));
	files.delete(LOGBOOK);
	const leftOut = [...files.keys()].filter((name) => !isTakenIn(name));
	for (const name of leftOut) files.delete(name);
	const untouched = await skeletons(dir);
	const beside: TakenIn["beside"] = [];
	for (const [name, content] of files) {
		const path = join(dir, name);
		const placed = await place(path, content, untouched.get(path)).catch(stuck);
		if (placed !== path) beside.push({ file: path, kept: placed });
	}
	await makeDirectories(dir);
	await updateLogbook(dir, (mine) => mergeLogbooks(mine, theirs));
	await makeWorkspace(dir);
	return { workspace: dir, files: [...files.keys()], beside, leftOut };
}

// Nothing is undone: importing again goes on from there.
function stuck(error: NodeJS.ErrnoException): never {
	const { code, path } = error;
	if (code === undefined) throw error;
	throw new Failure("usage", `${path} is in the way (${code})`, "move it aside, then import again", { cause: error });
}

// A skeleton that nobody has touched is no work of the learner's: it makes room.
async function place(path: string, content: Buffer, skeleton: string | undefined): Promise<string> {
	await makeDirectories(dirname(path));
	const there = await readLearners(path).catch(() => null);
	if (there === null || skeleton === undefined || there !== skeleton) return placeBeside(path, content);
	const aside = await moveAside(path);
	const placed = (await writeNew(path, content)) ? path : await placeBeside(path, content);
	// Unless it was touched just now.
	if ((await readLearners(aside).catch(() => null)) === skeleton) await rm(aside);
	return placed;
}

async function skeletons(dir: string): Promise<Map<string, string>> {
	const pairs = (await lessons()).map(async (lesson) => {
		const skeleton = await readText(await skeletonOf(lesson));
		return [join(dir, lesson.id, await moduleOf(lesson)), skeleton] as const;
	});
	return new Map(await Promise.all(pairs));
}
