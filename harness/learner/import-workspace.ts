import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../base/failure.ts";
import { readText } from "../base/kit.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { lessons, moduleOf, skeletonOf } from "../judge/lessons.ts";
import { isImported, unpackWorkspace } from "./archive.ts";
import { LOGBOOK, mergeLogbooks, parseLogbook, readLogbook, serializeLogbook, updateLogbook } from "./logbook.ts";
import { moveAside, placeBeside, writeNew } from "./without-overwriting.ts";
import { makeWorkspace, readLearnersFile, workspaceDir } from "./workspace.ts";

const EXPORT_AGAIN = "on the other computer: npx drydock list, then npx drydock export FILE";

/** The result of importing an archive. A path in the archive is also a path in a workspace. */
export interface ImportResult {
	workspace: string;
	/** The files that were imported, by their paths in the archive. */
	files: string[];
	/** The learner's files that differ from the archive's, and where the archive's version was written. */
	beside: { file: string; kept: string }[];
	/** The files that were not imported, by their paths in the archive. */
	leftOut: string[];
}

/**
 * Imports an archive of a workspace into the learner's workspace. Overwrites none of the learner's work.
 * @throws {Failure} usage: the file is not an archive of a workspace, or a file could not be written. The files that
 * were imported before the error stay. unsupported: the workspace cannot be written
 */
export async function importWorkspace(archive: string): Promise<ImportResult> {
	const files = await unpackWorkspace(archive);
	const importedLogbook = parseLogbook(files.get(LOGBOOK)?.toString() ?? "", `${LOGBOOK} in ${archive}`, EXPORT_AGAIN);
	const dir = await workspaceDir();
	// Before any file is changed, this throws if the logbook is damaged, or if the merged one would be too large.
	serializeLogbook(mergeLogbooks(await readLogbook(dir), importedLogbook), join(dir, LOGBOOK));
	files.delete(LOGBOOK);
	const leftOut = [...files.keys()].filter((name) => !isImported(name));
	for (const name of leftOut) files.delete(name);
	const skeletonTexts = await skeletonTextsIn(dir);
	const beside: ImportResult["beside"] = [];
	for (const [name, content] of files) {
		const path = join(dir, name);
		const placed = await importFile(path, content, skeletonTexts.get(path)).catch(inTheWay);
		if (placed !== path) beside.push({ file: path, kept: placed });
	}
	await makeDirectories(dir);
	await updateLogbook(dir, (mine) => mergeLogbooks(mine, importedLogbook));
	await makeWorkspace(dir);
	return { workspace: dir, files: [...files.keys()], beside, leftOut };
}

function inTheWay(error: NodeJS.ErrnoException): never {
	const { code, path } = error;
	if (code === undefined) throw error;
	throw new Failure("usage", `${path} is in the way (${code})`, "move it aside, then import again", { cause: error });
}

// An unchanged skeleton contains none of the learner's work, so the archive's file replaces it.
async function importFile(path: string, content: Buffer, skeleton: string | undefined): Promise<string> {
	await makeDirectories(dirname(path));
	const current = await readLearnersFile(path).catch(() => null);
	if (current === null || skeleton === undefined || current !== skeleton) return placeBeside(path, content);
	const aside = await moveAside(path);
	const placed = (await writeNew(path, content)) ? path : await placeBeside(path, content);
	// The learner may have edited the file just before it was moved aside: then the moved file is kept.
	if ((await readLearnersFile(aside).catch(() => null)) === skeleton) await rm(aside);
	return placed;
}

// The skeletons' texts, by the paths of their copies in a workspace.
async function skeletonTextsIn(dir: string): Promise<Map<string, string>> {
	const pairs = (await lessons()).map(async (lesson) => {
		const skeleton = await readText(await skeletonOf(lesson));
		return [join(dir, lesson.id, await moduleOf(lesson)), skeleton] as const;
	});
	return new Map(await Promise.all(pairs));
}
