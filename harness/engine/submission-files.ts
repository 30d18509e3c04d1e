import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { inKit, withUnixLines } from "../base/kit.ts";
import { readBytes } from "../base/regular-file.ts";
import { Turns } from "../base/side-by-side.ts";

/**
 * Decides which files belong to a submission. The bundler and the type checker see these, the kit's, and nothing else:
 * neither opens a file by itself, and whatever a source names is asked for here. Paths are absolute.
 */
export interface SubmissionFiles {
	/** What its files' names are shown relative to. */
	root: string;
	/** Whether a path lies in the submission, be there a file or not. */
	contains(path: string): boolean;
	/** Whether there is such a file, be it one that can be read or not. */
	has(path: string): boolean;
	/** Its text; a file is read once. @throws {Error} why it cannot be read, for the learner to read */
	read(path: string): Promise<string>;
}

const FILE_BYTES_MAX = 1 << 20;
/** All that a module can import, together. */
const BYTES_MAX = 1 << 20;
const COUNT_MAX = 256;

/** Whether a module could import a file of this name. */
export const isImportable = (path: string): boolean => /\.([mc]?[jt]s|json)$/.test(path);

/** Reads each file once, one at a time, and no more than a submission may have. */
export function rationed(open: (path: string) => Promise<string>): (path: string) => Promise<string> {
	const texts = new Map<string, Promise<string>>();
	const turns = new Turns(1);
	let left = BYTES_MAX;
	const taken = async (path: string) => {
		if (texts.size >= COUNT_MAX) throw new Error(`the module imports too many files: more than ${COUNT_MAX}`);
		return turns.take(async () => {
			// What is too much already is not read on.
			const text = left < 0 ? "" : withUnixLines(await open(path));
			left -= text.length;
			if (left < 0) throw new Error(`the module and what it imports are larger than ${BYTES_MAX >> 10} KiB together`);
			return text;
		});
	};
	return (path) => {
		const text = texts.get(path) ?? taken(path);
		text.catch(() => {});
		texts.set(path, text);
		return text;
	};
}

/**
 * The files beside modules and below them, on this computer's disk. No link leads out of there.
 * @param modules the learner's modules; the one who named them may have named them by a link
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
		read: rationed(async (path) => {
			const place = realPath(path) ?? path;
			const refusal = (why: string) => new Error(`${relative(".", path)} cannot be read: ${why}`);
			if (!named.has(path) && !isInside(realDirs, place))
				throw refusal("it is a link that leads outside of the submission");
			// Opening a device can do something; so it is looked at before as well.
			if (!lstatSync(place).isFile()) throw refusal("it is not a regular file");
			const bytes = await readBytes(place, FILE_BYTES_MAX).catch((error: NodeJS.ErrnoException) => {
				throw refusal(error.code ?? error.message);
			});
			return bytes.toString();
		}),
	};
}

// The kit's own tests share files between their folders.
function foldersOf(module: string): string[] {
	const file = realPath(module) ?? module;
	const tests = realPath(inKit("test"));
	return tests !== undefined && isInside([tests], file) ? [tests] : [dirname(module), dirname(file)];
}

const isInside = (dirs: readonly string[], path: string) =>
	dirs.some((dir) => path.startsWith(dir.endsWith(sep) ? dir : `${dir}${sep}`));

// A link that leads nowhere is there, and cannot be read.
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
