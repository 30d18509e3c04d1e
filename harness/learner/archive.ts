import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { create, Parser, type ReadEntry } from "tar";
import { Failure } from "../base/failure.ts";
import { isSealed } from "../engine/seal.ts";
import { LOGBOOK } from "./logbook.ts";

/**
 * Limits for an archive of a workspace. {@link mayBeArchived} decides which files may be in it, for packing and
 * unpacking alike: an archive to unpack may come from a stranger.
 */
const FILES_MAX = 2_000;
const FILE_BYTES_MAX = 4 << 20;
/** For the archive itself, and for its unpacked contents. */
export const ARCHIVE_BYTES_MAX = 32 << 20;
const PATH_LENGTH_MAX = 200;

/**
 * Packs a workspace: the logbook and the learner's files. Leaves out what {@link mayBeArchived} excludes, and files
 * that `drydock box` wrote and nobody has changed since.
 * @returns the bytes of a .tar.gz, and the paths of the files in it
 * @throws {Failure} usage: a file is too large for an archive, or the files are too many, or too large together
 */
export async function packWorkspace(dir: string): Promise<{ archive: Buffer; files: string[] }> {
	const files = await withoutPackedPrograms(dir, await filesOf(dir, ""));
	if (files.length > FILES_MAX) throw new Failure("usage", `${dir} has more than ${FILES_MAX} files`, MAKE_ROOM);
	let bytes = 0;
	for (const file of files) {
		const { size } = await lstat(join(dir, file));
		bytes += size;
		if (size > FILE_BYTES_MAX || bytes > ARCHIVE_BYTES_MAX / 2)
			throw new Failure("usage", `${join(dir, file)} is too large for an archive of ${dir}`, MAKE_ROOM);
	}
	// If a name begins with "@", tar adds the entries of the archive with that name; a leading "./" prevents that.
	// `portable` leaves out who owns the files.
	const names = files.map((file) => `./${file}`);
	const archive = await create({ cwd: dir, gzip: true, portable: true, strict: true }, names).concat();
	return { archive, files };
}

/**
 * Unpacks an archive of a workspace into memory.
 * @param name path of the archive
 * @returns the contents by their paths in a workspace
 * @throws {Failure} usage: the file does not exist, is damaged or too large, has no logbook, or contains
 * something that may not be in an archive
 */
export async function unpackWorkspace(name: string): Promise<Map<string, Buffer>> {
	const found = await stat(name).catch(() => null);
	if (!found?.isFile()) throw refused(name, "there is no such file");
	if (found.size > ARCHIVE_BYTES_MAX) throw refused(name, "it is too large");
	return unpackArchive(await readFile(name)).catch((error: Error) => {
		throw refused(name, error.message, error);
	});
}

/**
 * Unpacks the bytes of an archive.
 * @returns the contents by their paths in a workspace
 * @throws {Error} the archive is damaged, is too large, has too many files or no logbook, or has an entry that may
 * not be in it; the message says which
 */
export async function unpackArchive(archive: Buffer): Promise<Map<string, Buffer>> {
	const unzipped = await promisify(gunzip)(archive, { maxOutputLength: ARCHIVE_BYTES_MAX }).catch((cause) => {
		throw new Error(cause.code === "ERR_BUFFER_TOO_LARGE" ? "it is too large" : "it is damaged", { cause });
	});
	const entries = await entriesOf(unzipped).catch((cause) => {
		throw new Error("it is damaged", { cause });
	});
	if (entries.length > FILES_MAX) throw new Error("it has too many files");
	const files = new Map<string, Buffer>();
	for (const { path, type, size, content } of entries) {
		const file = path.replace(/^(\.\/)+/, "").replace(/\/$/, "");
		if (type === "Directory" && (file === "" || file === "." || mayBeArchived(file))) continue;
		if (type !== "File") throw new Error(`${quoted(path)} is not a file`);
		if (!mayBeArchived(file) || files.has(file)) throw new Error(`${quoted(path)} does not belong in a workspace`);
		if (size > FILE_BYTES_MAX) throw new Error(`${quoted(path)} is too large`);
		files.set(file, await content);
	}
	for (const file of files.keys())
		for (let at = file.indexOf("/"); at !== -1; at = file.indexOf("/", at + 1))
			if (files.has(file.slice(0, at))) throw new Error(`${quoted(file)} is in a folder that is also a file`);
	if (!files.has(LOGBOOK)) throw new Error(`it has no ${LOGBOOK}`);
	return files;
}

// Whether a path may be in an archive. Hidden files other than the workspace's .gitignore, installed and generated
// files, and archives may not. Neither may a path that is very long, leads out of the workspace, or has a backslash or
// characters that control a terminal.
function mayBeArchived(path: string): boolean {
	if (path === ".gitignore") return true;
	if (path.length > PATH_LENGTH_MAX || /[\p{C}\\]/u.test(path) || path.endsWith(".tar.gz")) return false;
	const parts = path.split("/");
	if (parts[0] === "types" || parts[0] === `${LOGBOOK}.new` || parts[0] === `${LOGBOOK}.lock`) return false;
	return parts.every((part) => part !== "" && !part.startsWith(".") && part !== "node_modules");
}

/**
 * Whether a file of an archive is imported into a workspace: the logbook, and modules in the lessons' folders. Files
 * that tools run or read because of their names are not imported: those of npm, editors, compilers and test runners.
 */
export function isImported(path: string): boolean {
	if (path === LOGBOOK) return true;
	const [folder = "", ...below] = path.toLowerCase().split("/");
	if (!mayBeArchived(path) || !/^\d\d-[a-z0-9-]+$/.test(folder)) return false;
	return MODULE.test(below.at(-1) ?? "") && below.every((part) => !TOOL_FILES.test(part) && !TEST_FILES.test(part));
}

// Tools recognise their files by a second ending: .config.ts, .setup.ts, .test.ts, .d.ts. Only the second endings that
// without-overwriting.ts adds are allowed.
const MODULE = /^[^.]+(\.(kept|imported)-\d+)?\.[mc]?[jt]s$/;
const TOOL_FILES = /^((gulp|grunt|jake|knex|rush|danger|make|plop)file|wallaby|brunch-config|ember-cli-build)\./;
// Names of files and folders that node --test, vitest, jest and similar tools pick up: test.js, a-test.js, a_spec.ts,
// __mocks__.
const TEST_FILES =
	/^__|(^|[^a-z0-9])(test|spec|bench|benchmark|mock)s?([^a-z0-9]|$)|^(test|spec){2,}\.|^(e2e|cypress)$/;

async function filesOf(dir: string, below: string): Promise<string[]> {
	const entries = await readdir(join(dir, below), { withFileTypes: true });
	const found = entries.map(async (entry): Promise<string[]> => {
		const path = below === "" ? entry.name : `${below}/${entry.name}`;
		if (!mayBeArchived(path)) return [];
		return entry.isDirectory() ? filesOf(dir, path) : entry.isFile() ? [path] : [];
	});
	return (await Promise.all(found)).flat().sort();
}

async function withoutPackedPrograms(dir: string, files: readonly string[]): Promise<string[]> {
	const kept: string[] = [];
	for (const file of files) {
		const { size } = await lstat(join(dir, file));
		// packWorkspace() refuses a larger file anyway.
		const isPacked = size <= ARCHIVE_BYTES_MAX && isSealed(await readFile(join(dir, file)));
		if (!isPacked) kept.push(file);
	}
	return kept;
}

interface ArchiveEntry {
	path: string;
	type: ReadEntry["type"];
	size: number;
	content: Promise<Buffer>;
}

function entriesOf(unzipped: Buffer): Promise<ArchiveEntry[]> {
	// Without this check, the parser would try to decompress the bytes once more.
	if (unzipped.toString("latin1", 257, 262) !== "ustar") return Promise.reject(new Error("no tar archive"));
	return new Promise((resolve, reject) => {
		const entries: ArchiveEntry[] = [];
		const parser = new Parser({
			strict: true,
			onReadEntry: (entry) =>
				entries.push({ path: entry.path, type: entry.type, size: entry.size, content: entry.concat() }),
		});
		parser.on("ignoredEntry", ({ type }: ReadEntry) => reject(new Error(`an entry of type ${type}`)));
		parser.on("error", reject);
		parser.on("end", () => resolve(entries));
		parser.end(unzipped);
	});
}

const MAKE_ROOM = "move files that are not part of your engine out of the workspace";

function refused(name: string, reason: string, cause?: unknown): Failure {
	const message = `${name} was not imported: ${reason}`;
	return new Failure("usage", message, "on the other computer: npx drydock export FILE", { cause });
}

// Printable ASCII only, whatever characters the path contains.
const quoted = (path: string) => JSON.stringify(path.slice(0, 60)).replaceAll(/[^ -~]/g, "?");
