import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { create, Parser, type ReadEntry } from "tar";
import { Failure } from "../base/failure.ts";
import { isSealed } from "../engine/seal.ts";
import { LOGBOOK } from "./logbook.ts";

/**
 * A workspace as one file. What is packed and what is taken are the same by one rule, {@link belongs}: an archive may
 * come from anybody.
 */
const FILES_MAX = 2_000;
const FILE_BYTES_MAX = 4 << 20;
/** Packed or not. */
export const ARCHIVE_BYTES_MAX = 32 << 20;
const PATH_LENGTH_MAX = 200;

/**
 * Packs a workspace: the logbook and the learner's files, without what is generated: types, and what
 * `drydock box` has packed.
 * @returns a .tar.gz, and the files in it
 * @throws {Failure} usage: a file of it is too large for an archive, or there are too many
 */
export async function packWorkspace(dir: string): Promise<{ archive: Buffer; files: string[] }> {
	const files = await withoutPacked(dir, await filesOf(dir, ""));
	if (files.length > FILES_MAX) throw new Failure("usage", `${dir} has more than ${FILES_MAX} files`, MAKE_ROOM);
	let bytes = 0;
	for (const file of files) {
		const { size } = await lstat(join(dir, file));
		bytes += size;
		if (size > FILE_BYTES_MAX || bytes > ARCHIVE_BYTES_MAX / 2)
			throw new Failure("usage", `${join(dir, file)} is too large for an archive of ${dir}`, MAKE_ROOM);
	}
	// With the leading "./", tar takes no name for an instruction. Who has packed it is nobody's business.
	const names = files.map((file) => `./${file}`);
	const archive = await create({ cwd: dir, gzip: true, portable: true, strict: true }, names).concat();
	return { archive, files };
}

/**
 * Unpacks such an archive into memory.
 * @returns the contents by their paths in a workspace
 * @throws {Failure} usage: it is not there, is damaged, or holds what {@link packWorkspace} never packs
 */
export async function unpackWorkspace(name: string): Promise<Map<string, Buffer>> {
	const found = await stat(name).catch(() => null);
	if (!found?.isFile()) throw refused(name, "there is no such file");
	if (found.size > ARCHIVE_BYTES_MAX) throw refused(name, "it is too large");
	return unpacked(await readFile(name)).catch((error: Error) => {
		throw refused(name, error.message, error);
	});
}

/**
 * The same of an archive's bytes. Nothing of it is returned unless all of it is as it should be.
 * @throws {Error} what is wrong with it
 */
export async function unpacked(archive: Buffer): Promise<Map<string, Buffer>> {
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
		if (type === "Directory" && (file === "" || file === "." || belongs(file))) continue;
		if (type !== "File") throw new Error(`${quoted(path)} is not a file`);
		if (!belongs(file) || files.has(file)) throw new Error(`${quoted(path)} has no place in a workspace`);
		if (size > FILE_BYTES_MAX) throw new Error(`${quoted(path)} is too large`);
		files.set(file, await content);
	}
	for (const file of files.keys())
		for (let at = file.indexOf("/"); at !== -1; at = file.indexOf("/", at + 1))
			if (files.has(file.slice(0, at))) throw new Error(`${quoted(file)} is below a file`);
	if (!files.has(LOGBOOK)) throw new Error(`it has no ${LOGBOOK}`);
	return files;
}

// What can be carried from one workspace to another: nothing hidden, nothing installed or generated, no archives, and no
// name that leads elsewhere or that a terminal would obey.
function belongs(path: string): boolean {
	if (path === ".gitignore") return true;
	if (path.length > PATH_LENGTH_MAX || /[\p{C}\\]/u.test(path) || path.endsWith(".tar.gz")) return false;
	const parts = path.split("/");
	if (parts[0] === "types" || parts[0] === `${LOGBOOK}.new` || parts[0] === `${LOGBOOK}.lock`) return false;
	return parts.every((part) => part !== "" && !part.startsWith(".") && part !== "node_modules");
}

/**
 * Whether a file of an archive is taken into somebody else's workspace: the logbook, and what a lesson's module could
 * import. Nothing is that a tool would execute or obey by its name, such as npm, an editor, a compiler or a test runner.
 */
export function isTakenIn(path: string): boolean {
	if (path === LOGBOOK) return true;
	const [folder = "", ...below] = path.toLowerCase().split("/");
	if (!belongs(path) || !/^\d\d-[a-z0-9-]+$/.test(folder)) return false;
	return MODULE.test(below.at(-1) ?? "") && below.every((part) => !OBEYED.test(part) && !TESTING.test(part));
}

// A second ending is how tools know what is for them: .config.ts, .setup.ts, .test.ts, .d.ts. Those of keep.ts are our own.
const MODULE = /^[^.]+(\.(kept|imported)-\d+)?\.[mc]?[jt]s$/;
const OBEYED = /^((gulp|grunt|jake|knex|rush|danger|make|plop)file|wallaby|brunch-config|ember-cli-build)\./;
// Names by which node --test, vitest, jest and their like find files and folders: test.js, a-test.js, a_spec.ts, __mocks__.
const TESTING = /^__|(^|[^a-z0-9])(test|spec|bench|benchmark|mock)s?([^a-z0-9]|$)|^(test|spec){2,}\.|^(e2e|cypress)$/;

async function filesOf(dir: string, below: string): Promise<string[]> {
	const entries = await readdir(join(dir, below), { withFileTypes: true });
	const found = entries.map(async (entry): Promise<string[]> => {
		const path = below === "" ? entry.name : `${below}/${entry.name}`;
		if (!belongs(path)) return [];
		return entry.isDirectory() ? filesOf(dir, path) : entry.isFile() ? [path] : [];
	});
	return (await Promise.all(found)).flat().sort();
}

async function withoutPacked(dir: string, files: readonly string[]): Promise<string[]> {
	const kept: string[] = [];
	for (const file of files) {
		const { size } = await lstat(join(dir, file));
		// One that is larger is refused in any case.
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
	// Else the parser would look for an archive in the archive.
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

const MAKE_ROOM = "move what is no part of your engine out of the workspace";

function refused(name: string, reason: string, cause?: unknown): Failure {
	const message = `${name} was not imported: ${reason}`;
	return new Failure("usage", message, "on the other computer: npx drydock export FILE", { cause });
}

// In plain letters, whatever it holds.
const quoted = (path: string) => JSON.stringify(path.slice(0, 60)).replaceAll(/[^ -~]/g, "?");
