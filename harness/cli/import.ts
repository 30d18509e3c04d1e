import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpackWorkspace } from "../archive.ts";
import { EXIT, Failure } from "../failure.ts";
import { moveAside, placeBeside, writeNew } from "../keep.ts";
import { lessons, moduleOf, skeletonOf } from "../lessons.ts";
import { LOGBOOK, mergeLogbooks, parseLogbook, readLogbook, updateLogbook } from "../logbook.ts";
import { makeWorkspace, workspaceDir } from "../workspace.ts";
import { nameOf } from "./place.ts";
import { printJson } from "./terminal.ts";

const EXPORT_AGAIN = "on the other computer: npx drydock list, then npx drydock export FILE";

/**
 * `drydock import`: brings what such an archive holds into this workspace, and overwrites nothing of the learner's.
 * @returns the exit code
 */
export async function importWorkspace(file: string, { json }: { json?: boolean }): Promise<number> {
	const files = await unpackWorkspace(file);
	const theirs = parseLogbook(files.get(LOGBOOK)?.toString() ?? "", `${LOGBOOK} in ${file}`, EXPORT_AGAIN);
	const dir = await workspaceDir();
	// Said before anything is touched, should it be damaged.
	await readLogbook(dir);
	files.delete(LOGBOOK);
	const untouched = await skeletons(dir);
	const beside: { file: string; kept: string }[] = [];
	for (const [name, content] of files) {
		const path = join(dir, name);
		const placed = await place(path, content, untouched.get(path)).catch(stuck);
		if (placed !== path) beside.push({ file: path, kept: placed });
	}
	await mkdir(dir, { recursive: true });
	await updateLogbook(dir, (mine) => mergeLogbooks(mine, theirs));
	await makeWorkspace(dir);
	if (json) printJson({ schemaVersion: 1, workspace: dir, files: [...files.keys()], beside });
	else {
		const kept = beside.map(({ file, kept }) => `  ${nameOf(file)}: the imported one is ${nameOf(kept)}\n`);
		const note = kept.length === 0 ? "" : `Some differ from yours. Yours stay, and what was imported is beside them:\n`;
		process.stdout.write(`${nameOf(dir)} has what ${file} held: files and progress.\n${note}${kept.join("")}`);
	}
	return EXIT.passed;
}

// Nothing is undone: importing again goes on from there.
function stuck(error: NodeJS.ErrnoException): never {
	const { code, path } = error;
	if (code === undefined) throw error;
	throw new Failure("usage", `${path} is in the way (${code})`, "move it aside, then import again", { cause: error });
}

// A skeleton that nobody has touched is no work of the learner's: it makes room.
async function place(path: string, content: Buffer, skeleton: Buffer | undefined): Promise<string> {
	await mkdir(dirname(path), { recursive: true });
	const there = await readFile(path).catch(() => null);
	if (there === null || skeleton === undefined || !there.equals(skeleton)) return placeBeside(path, content);
	const aside = await moveAside(path);
	const placed = (await writeNew(path, content)) ? path : await placeBeside(path, content);
	// Unless it was touched just now.
	if ((await readFile(aside)).equals(skeleton)) await rm(aside);
	return placed;
}

async function skeletons(dir: string): Promise<Map<string, Buffer>> {
	const pairs = (await lessons()).map(async (lesson) => {
		const skeleton = await readFile(await skeletonOf(lesson));
		return [join(dir, lesson.id, await moduleOf(lesson)), skeleton] as const;
	});
	return new Map(await Promise.all(pairs));
}
