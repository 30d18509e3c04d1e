import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { readRegularFile, tooLarge } from "../../base/regular-file.ts";
import { isImportable } from "../../engine/submission-files.ts";
import { printableName } from "../results/harmless.ts";
import { ARCHIVE_BYTES_MAX, parseArchiveName } from "./archive-names.ts";
import { mayBeModule } from "./near-names.ts";

/**
 * Reads a folder that somebody handed in, without trusting it. Links are not followed, only regular files are opened,
 * and everything has a limit. Paths begin with "/", which is the folder itself.
 */

/** Maximum number of entries in all folders of a submission together; also, of entries directly in a class's folder. */
export const ENTRIES_MAX = 20_000;
/** A limit for each folder, so that one folder full of files does not use up the limit for all. */
const ENTRIES_IN_FOLDER_MAX = 2_000;
/** Maximum number of folders inside each other. */
export const DEPTH_MAX = 16;
/** A lesson's module has some 50 lines. The limit also bounds nested brackets: the bundler's parser is recursive. */
export const FILE_BYTES_MAX = 128 << 10;

export interface Folder {
	/**
	 * The files that can be imported, and those that may be a module under another name, by path. Each function reads
	 * its file's text, or throws an error that says why it cannot.
	 */
	files: ReadonlyMap<string, () => Promise<string>>;
	/** The entries that cannot be read, by path, and why not. */
	refused: ReadonlyMap<string, string>;
	/** The archives, by path. They are not read unless a module is missing: see `withArchives`. */
	archives: ReadonlyMap<string, () => Promise<Buffer>>;
	/** Whether a limit left out some entries. */
	isTruncated: boolean;
}

/** Entries that systems and tools leave behind. Nobody hands them in on purpose. */
const SKIPPED = new Set(["node_modules", "__MACOSX", "Thumbs.db", "desktop.ini"]);

/** Whether an entry of this name is left out: hidden ones, and those that systems and tools leave behind. */
export const isSkipped = (name: string): boolean => name.startsWith(".") || SKIPPED.has(name);

/** Lists the files in a folder and below, level by level from the top. */
export async function readFolder(dir: Buffer): Promise<Folder> {
	const [files, refused] = [new Map<string, () => Promise<string>>(), new Map<string, string>()];
	const archives = new Map<string, () => Promise<Buffer>>();
	let entriesLeft = ENTRIES_MAX;
	let isTruncated = false;
	const waiting = [{ path: "", place: dir, depth: 0 }];
	for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
		const { path, place, depth } = at;
		const { entries, isComplete } = await entriesOf(place, Math.min(entriesLeft, ENTRIES_IN_FOLDER_MAX)).catch(
			(error: NodeJS.ErrnoException) => {
				refused.set(path || "/", `cannot be read (${error.code})`);
				return { entries: [], isComplete: true };
			},
		);
		entriesLeft -= entries.length;
		isTruncated ||= !isComplete;
		for (const { name, kind } of withoutTheKit(entries)) {
			const below = { path: `${path}/${printableName(name)}`, place: joined(place, name), depth: depth + 1 };
			if (kind === "directory" && depth + 1 > DEPTH_MAX) isTruncated = true;
			else if (kind === "directory") waiting.push(below);
			else if (kind === "file" && isSource(below.path))
				files.set(below.path, async () => asText(await readRegularFile(below.place, FILE_BYTES_MAX)));
			else if (kind === "file" && parseArchiveName(below.path)?.isReadable)
				archives.set(below.path, () => readRegularFile(below.place, ARCHIVE_BYTES_MAX));
			else if (kind !== "file") refused.set(below.path, `is ${kind}`);
		}
	}
	return { files, refused, archives, isTruncated };
}

/** Whether a file of this name may be a module, or something that a module imports. */
export const isSource = (path: string): boolean => isImportable(path) || mayBeModule(path);

/** The text of a file that could be imported. @throws {Error} it is too large */
export function asText(bytes: Buffer): string {
	if (bytes.length > FILE_BYTES_MAX) throw tooLarge(FILE_BYTES_MAX);
	return bytes.toString();
}

/**
 * The entries directly in a folder, in the order of their names, without those that {@link isSkipped} names.
 * @throws {Failure} usage: there are too many
 */
export async function entriesIn(dir: Buffer): Promise<FolderEntry[]> {
	const { entries, isComplete } = await entriesOf(dir, ENTRIES_MAX);
	if (!isComplete)
		throw new Failure(
			"usage",
			`${printableName(dir)} has more than ${ENTRIES_MAX} entries`,
			"move the submissions into several folders, and grade one after the other",
		);
	return entries
		.sort((one, other) => Buffer.compare(one.name, other.name))
		.map(({ name, kind }) => ({ name: printableName(name), place: joined(dir, name), kind }));
}

type Kind = "file" | "directory" | "a symbolic link, and links are not followed" | "neither a file nor a folder";

/** An entry of a folder. */
export interface FolderEntry {
	/** The name as text that is safe to print. */
	name: string;
	/** The path, as bytes. */
	place: Buffer;
	kind: Kind;
}

/** An entry as the file system has it. */
interface RawEntry {
	name: Buffer;
	kind: Kind;
}

async function entriesOf(dir: Buffer, max: number): Promise<{ entries: RawEntry[]; isComplete: boolean }> {
	const entries: RawEntry[] = [];
	// Reads entries one by one, so that a folder with a million of them does not fill the memory. A name is bytes in an
	// unknown encoding.
	const opened = await opendir(dir as unknown as string, { encoding: "buffer" as BufferEncoding });
	for await (const entry of opened as unknown as AsyncIterable<Dirent<Buffer>>) {
		if (entries.length >= max) return { entries, isComplete: false };
		const name = entry.name;
		if (isSkipped(name.toString())) continue;
		entries.push({ name, kind: kindOf(entry) });
	}
	return { entries, isComplete: true };
}

function kindOf(entry: Dirent<Buffer>): Kind {
	if (entry.isFile()) return "file";
	if (entry.isDirectory()) return "directory";
	return entry.isSymbolicLink() ? "a symbolic link, and links are not followed" : "neither a file nor a folder";
}

// A copy of the whole kit contains the reference solutions. Only the workspace in it is the learner's work.
function withoutTheKit(entries: readonly RawEntry[]): readonly RawEntry[] {
	const names = new Set(entries.map(({ name }) => name.toString()));
	if (!names.has("harness") || !names.has("solutions")) return entries;
	return entries.filter(({ name }) => name.toString() === "workspace");
}

/** Leaves out the paths of a copy of the kit, except those of the workspace in it. */
export function pathsWithoutTheKit(paths: readonly string[]): string[] {
	const above = (folder: string) =>
		new Set(
			paths.flatMap((path) =>
				[...path.matchAll(new RegExp(`/(?=${folder}/)`, "g"))].map(({ index }) => path.slice(0, index)),
			),
		);
	const [harnesses, solutions] = [above("harness"), above("solutions")];
	const kits = [...harnesses].filter((place) => solutions.has(place));
	return paths.filter((path) =>
		kits.every((kit) => !path.startsWith(`${kit}/`) || path.startsWith(`${kit}/workspace/`)),
	);
}

const joined = (dir: Buffer, name: Buffer) => Buffer.concat([dir, Buffer.from("/"), name]);
