import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXIT, Failure } from "../../base/failure.ts";
import { readText } from "../../base/kit.ts";
import { makeDirectories } from "../../base/make-directories.ts";
import { lessons, moduleOf, skeletonOf } from "../../judge/lessons.ts";
import { isTakenIn, unpackWorkspace } from "../../learner/archive.ts";
import { moveAside, placeBeside, writeNew } from "../../learner/keep.ts";
import { LOGBOOK, mergeLogbooks, parseLogbook, readLogbook, textOf, updateLogbook } from "../../learner/logbook.ts";
import { makeWorkspace, readLearners, workspaceDir } from "../../learner/workspace.ts";
import { printJson } from "../text/terminal.ts";
import { nameOf } from "./place.ts";

const EXPORT_AGAIN = "on the other computer: npx drydock list, then npx drydock export FILE";

/**
 * `drydock import`: brings what such an archive holds into this workspace, and overwrites nothing of the learner's.
 * @returns the exit code
 */
export async function importWorkspace(file: string, { json }: { json?: boolean }): Promise<number> {
	const files = await unpackWorkspace(file);
	const theirs = parseLogbook(files.get(LOGBOOK)?.toString() ?? "", `${LOGBOOK} in ${file}`, EXPORT_AGAIN);
	const dir = await workspaceDir();
	// Said before anything is touched, should it be damaged, or the two be too much for one.
	textOf(mergeLogbooks(await readLogbook(dir), theirs), join(dir, LOGBOOK));
	files.delete(LOGBOOK);
	const leftOut = [...files.keys()].filter((name) => !isTakenIn(name));
	for (const name of leftOut) files.delete(name);
	const untouched = await skeletons(dir);
	const beside: { file: string; kept: string }[] = [];
	for (const [name, content] of files) {
		const path = join(dir, name);
		const placed = await place(path, content, untouched.get(path)).catch(stuck);
		if (placed !== path) beside.push({ file: path, kept: placed });
	}
	await makeDirectories(dir);
	await updateLogbook(dir, (mine) => mergeLogbooks(mine, theirs));
	await makeWorkspace(dir);
	if (json) printJson({ schemaVersion: 1, workspace: dir, files: [...files.keys()], beside, leftOut });
	else {
		const kept = beside.map(({ file, kept }) => `  ${nameOf(file)}: the imported one is ${nameOf(kept)}\n`);
		const note = kept.length === 0 ? "" : `Some differ from yours. Yours stay, and what was imported is beside them:\n`;
		const imported = `${nameOf(dir)} has what ${file} held: modules and progress.\n`;
		process.stdout.write(`${imported}${note}${kept.join("")}${leftOutNote(leftOut)}`);
	}
	return EXIT.passed;
}

function leftOutNote(names: readonly string[]): string {
	// What init makes is made here as well, and is nothing that anybody misses.
	const missed = names.filter((name) => !MADE.has(name));
	if (missed.length === 0) return "";
	const shown = missed.slice(0, LISTED).map((name) => `  ${name}\n`);
	const more = missed.length > LISTED ? `  … and ${missed.length - LISTED} more\n` : "";
	return `Left out, as they are no modules of a lesson, or a tool would run them; unpack by hand what you trust:\n${shown.join("")}${more}`;
}

const MADE = new Set(["package.json", "tsconfig.json", ".gitignore"]);
const LISTED = 20;

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
