import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { ConcurrencyLimit } from "../base/concurrently.ts";
import { inKit, withUnixLines } from "../base/kit.ts";
import { readRegularFile } from "../base/regular-file.ts";

/**
 * Decides which files belong to a submission. The bundler and the type checker see only these files and the kit's. They
 * open no file themselves: they ask here for every file that a source text names. Paths are absolute.
 */
export interface SubmissionFiles {
	/** Shown file names are relative to this folder. */
	root: string;
	/** Whether a path lies in the submission. A file need not be there. */
	contains(path: string): boolean;
	/** Whether a module can import the file: it belongs to the submission and exists, readable or not. */
	has(path: string): boolean;
	/** The file's text. A file is read only once. @throws {Error} why it cannot be read, in words for the learner */
	read(path: string): Promise<string>;
}

const FILE_BYTES_MAX = 1 << 20;
/** Limit for the texts of a module and everything it imports, together. */
const BYTES_MAX = 1 << 20;
const COUNT_MAX = 256;

/** Whether a module can import a file of this name. */
export const isImportable = (path: string): boolean => /\.([mc]?[jt]s|json)$/.test(path);

/**
 * Makes a `read` of {@link SubmissionFiles}. It reads each file only once, one file at a time, and enforces the limits
 * on a submission's size and number of files.
 * @param open reads one file's text
 */
export function withReadLimits(open: (path: string) => Promise<string>): (path: string) => Promise<string> {
	const texts = new Map<string, Promise<string>>();
	const limit = new ConcurrencyLimit(1);
	let bytesLeft = BYTES_MAX;
	const readOnce = async (path: string) => {
		if (texts.size >= COUNT_MAX) throw new Error(`the module imports too many files: more than ${COUNT_MAX}`);
		return limit.run(async () => {
			// Once the limit is exceeded, nothing more is read.
			const text = bytesLeft < 0 ? "" : withUnixLines(await open(path));
			bytesLeft -= Buffer.byteLength(text);
			if (bytesLeft < 0)
				throw new Error(`the module and what it imports are larger than ${BYTES_MAX >> 10} KiB together`);
			return text;
		});
	};
	return (path) => {
		const text = texts.get(path) ?? readOnce(path);
		text.catch(() => {});
		texts.set(path, text);
		return text;
	};
}

/**
 * The files beside the modules and below them, on this computer's disk. A link that leads out of these folders is
 * refused.
 * @param modules paths of the learner's modules; these paths themselves may be links to anywhere
 */
export function filesBeside(modules: readonly string[]): SubmissionFiles {
	const named = new Set(modules.map((file) => resolve(file)));
	const dirs = [...new Set([...named].flatMap(foldersOf))];
	const realDirs = dirs.map((dir) => realPath(dir) ?? dir);
	const contains = (path: string) => isInside(dirs, path);
	return {
		root: resolve("."),
		contains,
		has: (path) => contains(path) && (named.has(path) || isImportable(path)) && isFile(path),
		read: withReadLimits(async (path) => {
			const place = realPath(path) ?? path;
			const refusal = (why: string) => new Error(`${relative(".", path)} cannot be read: ${why}`);
			if (!named.has(path) && !isInside(realDirs, place))
				throw refusal("it is a link that leads outside of the submission");
			// readRegularFile() checks the type of the opened file. But opening a device can have effects, so the type
			// is checked here before the file is opened.
			if (!lstatSync(place).isFile()) throw refusal("it is not a regular file");
			const bytes = await readRegularFile(place, FILE_BYTES_MAX).catch((error: NodeJS.ErrnoException) => {
				throw refusal(error.code ?? error.message);
			});
			return bytes.toString();
		}),
	};
}

// The folders whose files a module may import. The kit's own tests share files between their folders.
function foldersOf(module: string): string[] {
	const file = realPath(module) ?? module;
	const tests = realPath(inKit("test"));
	return tests !== undefined && isInside([tests], file) ? [tests] : [dirname(module), dirname(file)];
}

const isInside = (dirs: readonly string[], path: string) =>
	dirs.some((dir) => path.startsWith(dir.endsWith(sep) ? dir : `${dir}${sep}`));

// A dangling link counts as a file that cannot be read.
function isFile(path: string): boolean {
	try {
		return !statSync(realPath(path) ?? path).isDirectory();
	} catch {
		return isLink(path);
	}
}

function isLink(path: string): boolean {
	try {
		return lstatSync(path).isSymbolicLink();
	} catch {
		return false;
	}
}

function realPath(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}
