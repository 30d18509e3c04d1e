import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Failure } from "../base/failure.ts";
import type { Lesson } from "../judge/lessons.ts";
import { parseArchiveName, readArchive, unpackCommand } from "./archives.ts";
import { entriesIn, readFolder } from "./folder.ts";
import { folderKind } from "./folder-kind.ts";
import type { Candidate } from "./grader.ts";
import { compareNames, printableName } from "./harmless.ts";

/**
 * Finds the submissions in a folder. In a class's folder, a submission is a folder, or an archive that `drydock
 * export` wrote. The folder itself may also be a single submission, as in a continuous-integration job.
 * @param one take the folder for a single submission, whatever it looks like
 * @param warn called with a message if the caller may have meant the other kind of folder
 * @throws {Failure} usage: there is no such folder, or nothing in it
 */
export async function candidatesIn(
	dir: string,
	lessons: readonly Lesson[],
	one: boolean,
	warn: (warning: string) => void = () => {},
): Promise<Candidate[]> {
	const found = await stat(dir).catch(() => null);
	if (!found?.isDirectory()) throw new Failure("usage", `${dir} is not a folder`, "npx drydock help grade");
	const { isSubmission, warning } = one ? { isSubmission: true, warning: null } : await folderKind(dir, lessons);
	if (warning !== null) warn(warning);
	if (isSubmission) return [folderCandidate(printableName(Buffer.from(basename(resolve(dir)))), dir)];
	const { folders, exported } = await handedIn(dir);
	const taken = new Set(folders.map(({ name }) => name));
	const packed = exported.map(({ name, owner, ending, place }) => {
		// If somebody handed in two archives, the second one is listed by its file name.
		const unique = taken.has(owner) ? name : owner;
		taken.add(unique);
		return archiveCandidate(unique, place, unpackCommand(dir, ending));
	});
	if (taken.size === 0)
		throw new Failure("usage", `there are no submissions in ${dir}`, "one folder for each submission, or --one");
	const unpacked = folders.map(({ name, place, kind }) =>
		kind === "directory" ? folderCandidate(name, place) : linkCandidate(name),
	);
	return [...unpacked, ...packed].sort((one, other) => compareNames(one.name, other.name));
}

/** Counts the archives in a class's folder that cannot be read. @returns their number, and commands that unpack them */
export async function unreadableArchivesIn(dir: string): Promise<{ count: number; commands: string[] }> {
	const { others } = await handedIn(dir);
	const endings = new Set(others.map(({ ending }) => ending));
	return { count: others.length, commands: [...endings].map((ending) => unpackCommand(dir, ending)) };
}

// An archive beside a folder of the same name is left out: it has been unpacked already.
async function handedIn(dir: string) {
	const entries = await entriesIn(Buffer.from(dir));
	const folders = entries.filter(({ kind }) => kind !== "file");
	const archives = entries.flatMap(({ name, place, kind }) => {
		const archive = kind === "file" ? parseArchiveName(name) : null;
		const isUnpacked = folders.some((folder) => folder.name === archive?.owner);
		return archive === null || isUnpacked ? [] : [{ name, place, ...archive }];
	});
	return {
		folders,
		exported: archives.filter(({ isExport }) => isExport),
		others: archives.filter(({ isExport }) => !isExport),
	};
}

const folderCandidate = (name: string, place: Buffer | string): Candidate => ({
	name,
	open: async () => ({ name, folder: await readFolder(Buffer.from(place)) }),
});

const archiveCandidate = (name: string, place: Buffer, unpack: string): Candidate => ({
	name,
	open: async () => {
		const folder = await readArchive(place).catch((cause: Error) => {
			throw new Error(`not as drydock export writes it: ${cause.message}; unpack it: ${unpack}`, { cause });
		});
		return { name, folder };
	},
});

// An entry that is neither a file nor a folder, such as a link, counts as a submission. A link is not followed: it
// may lead anywhere.
const linkCandidate = (name: string): Candidate => ({
	name,
	open: async () => {
		throw new Error("it is not a folder, and links are not followed");
	},
});
