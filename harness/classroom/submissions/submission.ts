import { basename } from "node:path";
import { type SubmissionFiles, withReadLimits } from "../../engine/submission-files.ts";
import { harmless } from "../results/harmless.ts";
import { withArchives } from "./archives.ts";
import type { Folder } from "./folder.ts";
import { nearness } from "./near-names.ts";

/** What somebody handed in. */
export interface Submission {
	/** The name that it has in the report; safe to print. */
	name: string;
	folder: Folder;
	/** The folder with the files in its archives; undefined until a module is looked for in the archives. */
	unpacked?: Promise<Folder>;
}

/**
 * Somebody to grade: the owner of a submission, or a person in the roster who handed in nothing. The submission is
 * opened only when it is judged.
 */
export interface Candidate {
	name: string;
	/** Whether the learning platform calls the submission late; null if it does not say. */
	isLate: boolean | null;
	/** When it was handed in, as the learning platform gives it, mostly without a time zone; null if it gives none. */
	submitted: string | null;
	/** @throws {Error} the submission cannot be read; the message says why */
	open(): Promise<Submission>;
}

/** The place of a lesson's module in a submission, or why there is none. The note says what is unusual about it. */
export type ModuleSearch =
	| { kind: "found"; path: string; note: string | null }
	/** It was not handed in. */
	| { kind: "missing"; reason: string }
	/** It is not clear which file is meant, or whether the module was handed in. */
	| { kind: "unclear"; reason: string };

/**
 * Finds a lesson's module. The first choice is the lesson's folder in a workspace, then any folder with the lesson's
 * name, then any file with the module's name, then the same in archives. If there is none, a file whose name is nearly
 * the module's is taken instead.
 * @param id the lesson's id
 * @param module the module's file name
 */
export async function findModule(submission: Submission, id: string, module: string): Promise<ModuleSearch> {
	const found = await searched(submission.folder, id, module);
	if (found !== null) return found;
	const folder = await unpacked(submission);
	const inArchives = folder === submission.folder ? null : await searched(folder, id, module);
	return inArchives ?? (await foundInstead(folder, id, module)) ?? missingModule(folder, id, module);
}

// The folder with the files in its archives. They are read once for all lessons.
function unpacked(submission: Submission): Promise<Folder> {
	submission.unpacked ??= withArchives(submission.folder);
	return submission.unpacked;
}

/** The folder in which modules were looked for: with the files in its archives, if those were read. */
export const folderOf = async ({ folder, unpacked }: Submission): Promise<Folder> => (await unpacked) ?? folder;

async function searched(folder: Folder, id: string, module: string): Promise<ModuleSearch | null> {
	const rankOf = (path: string) => RANKS.findIndex((rank) => rank(path, id, module));
	const ranked = [...folder.files.keys()].map((path) => ({ path, rank: rankOf(path) })).filter(({ rank }) => rank >= 0);
	const best = Math.min(...ranked.map(({ rank }) => rank));
	const bestPaths = ranked.filter(({ rank }) => rank === best).map(({ path }) => path);
	return onlyOne(folder, bestPaths);
}

// The file whose name is nearly the module's. If there are several, they must be equal.
async function foundInstead(folder: Folder, id: string, module: string): Promise<ModuleSearch | null> {
	const near = [...folder.files.keys()].filter((path) => nearness(basename(path), module, id) === "same module");
	const found = await onlyOne(folder, near);
	if (found?.kind !== "found") return found;
	return { ...found, note: `found instead of ${module}: ${harmless(basename(found.path), 100)}` };
}

// The file with the fewest folders above it. If there are several, they must be equal. Null if there is none.
async function onlyOne(folder: Folder, paths: readonly string[]): Promise<ModuleSearch | null> {
	const leastDepth = Math.min(...paths.map(depthOf));
	const [path, ...others] = paths.filter((each) => depthOf(each) === leastDepth).sort();
	if (path === undefined) return null;
	const { code } = await readText(folder, path).then(
		() => ({ code: undefined }),
		(error: NodeJS.ErrnoException) => error,
	);
	if (code !== undefined)
		return { kind: "unclear", reason: `${harmless(path.slice(1), 100)} cannot be read (${code})` };
	const names = [path, ...others].slice(0, 3).map((name) => harmless(name.slice(1), 100));
	if (await doDiffer(folder, [path, ...others.slice(0, COMPARED_MAX - 1)]))
		return { kind: "unclear", reason: `there are several, and they differ: ${names.join(", ")}; keep one` };
	if (others.length < COMPARED_MAX) return { kind: "found", path, note: null };
	const many = `there are ${others.length + 1}, and at most ${COMPARED_MAX} are compared`;
	return { kind: "unclear", reason: `${many}: ${names.join(", ")}, …` };
}

/** Number of copies of a module to compare: nobody hands in more by mistake. */
const COMPARED_MAX = 100;

// Reads one file after the other, and stops at the first that differs, so that few are in memory at a time.
async function doDiffer(folder: Folder, [first = "", ...others]: readonly string[]): Promise<boolean> {
	if (others.length === 0) return false;
	const text = await textOf(folder, first);
	for (const other of others) if ((await textOf(folder, other)) !== text) return true;
	return false;
}

/** Where a lesson's module may be, the best place first. */
const RANKS: readonly ((path: string, id: string, module: string) => boolean)[] = [
	(path, id, module) => path.endsWith(`/workspace/${id}/${module}`),
	(path, id, module) => path.endsWith(`/${id}/${module}`),
	(path, _id, module) => basename(path) === module,
];

const depthOf = (path: string) => path.split("/").length;

// A file that cannot be read counts as different from every other file.
const textOf = (folder: Folder, path: string) =>
	readText(folder, path).catch((error: Error) => `${path}: ${error.message}`);

async function readText({ files }: Folder, path: string): Promise<string> {
	const read = files.get(path);
	if (read === undefined) throw new Error("it does not exist");
	return read();
}

function missingModule({ files, refused, isTruncated }: Folder, id: string, module: string): ModuleSearch {
	const name = (path: string) => (path === "/" ? "the folder" : harmless(path.slice(1), 100));
	const unreadable = [...refused].find(([, why]) => why.startsWith("cannot be read"));
	if (unreadable !== undefined) return { kind: "unclear", reason: `${name(unreadable[0])} ${unreadable[1]}` };
	if (isTruncated) return { kind: "unclear", reason: "it has more files than drydock reads" };
	const instead = [...refused].find(([path]) => ["workspace", id, module].includes(basename(path)));
	if (instead !== undefined) return { kind: "missing", reason: `${name(instead[0])} ${instead[1]}` };
	const similar = [...files.keys()].filter((path) => nearness(basename(path), module, id) === "similar").slice(0, 3);
	const hint = similar.length === 0 ? "" : `; similar: ${similar.map(name).join(", ")}`;
	return { kind: "missing", reason: `no ${id}/${module}, and no other ${module}${hint}` };
}

/**
 * The folder with one of its files under a second path. The compilers go by a file's ending, and do not know endings
 * such as `.TS`.
 * @param path the file's path
 * @param place the second path; nothing that can be read is there
 */
export function withFileAt(folder: Folder, path: string, place: string): Folder {
	const read = folder.files.get(path);
	if (read === undefined || path === place) return folder;
	const refused = new Map([...folder.refused].filter(([other]) => other !== place));
	return { ...folder, files: new Map([...folder.files, [place, read]]), refused };
}

/**
 * A submission's files for the bundler and the type checker.
 * @param onRead called for each file that the bundler or the type checker reads
 */
export function filesOf(folder: Folder, onRead: (path: string, text: string) => void): SubmissionFiles {
	const { files, refused } = folder;
	return {
		root: "/",
		contains: () => true,
		has: (path) => files.has(path) || refused.has(path),
		read: withReadLimits(async (path) => {
			const why = refused.get(path);
			if (why !== undefined) throw new Error(`${path.slice(1)} cannot be read: it ${why}`);
			const text = await readText(folder, path).catch((error: NodeJS.ErrnoException) => {
				// This computer lacks something, which says nothing about the file. See failureOf().
				if (/^(EMFILE|ENFILE|ENOMEM)$/.test(error.code ?? "")) throw error;
				throw new Error(`${path.slice(1)} cannot be read: ${error.code ?? error.message}`);
			});
			onRead(path, text);
			return text;
		}),
	};
}
