import {
	closeSync,
	constants,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	type Stats,
	writeFileSync,
} from "node:fs";
import { AGENT_PROC, HARBOUR_ROOT } from "./paths.ts";

/**
 * Opens files of the harbour without following symbolic links. The exercise may have replaced any part of a path by a
 * link, and an absolute link would lead through the agent's own root.
 */

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** What was read at a path: a file's content, or the names in a directory. */
export interface FileReading {
	info: Stats;
	/** The first bytes of a regular file. */
	content: Buffer;
	/** The names in a directory, sorted. */
	names: string[];
}

/** Reads what is at the path; null if it cannot be opened, or if a part of the path is a symbolic link. */
export function readHarbourFile(path: string, bytesMax: number): FileReading | null {
	try {
		// Without O_NONBLOCK, a FIFO without a writer would keep the agent waiting, and so would some devices.
		return withOpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, (fd) => {
			const info = fstatSync(fd);
			const content = info.isFile() ? read(fd, Math.min(info.size, bytesMax)) : Buffer.alloc(0);
			return { info, content, names: info.isDirectory() ? readdirSync(pathOf(fd)).sort() : [] };
		});
	} catch {
		return null;
	}
}

/**
 * Writes a new file, and makes the directories that it is in.
 * @throws {Error} the file exists, or a part of the path is a symbolic link
 */
export function writeHarbourFile(path: string, content: Buffer): void {
	const parts = partsOf(path);
	for (let depth = 1; depth < parts.length; depth++) makeDirectory(parts.slice(0, depth).join("/"));
	withOpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, (fd) => writeFileSync(fd, content));
}

function makeDirectory(path: string): void {
	const parts = partsOf(path);
	const name = parts.pop() ?? "";
	withOpenFile(parts.join("/"), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, (fd) => {
		try {
			mkdirSync(`${pathOf(fd)}/${name}`);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
	});
}

// Opens each part of the path relative to the directory that was opened for the part before it, as openat(2) does.
function withOpenFile<T>(path: string, flags: number, use: (fd: number) => T): T {
	let fd = openSync(HARBOUR_ROOT, O_RDONLY | O_DIRECTORY);
	try {
		const parts = partsOf(path);
		for (const [index, part] of parts.entries()) {
			const isLast = index === parts.length - 1;
			const next = openSync(`${pathOf(fd)}/${part}`, isLast ? flags : O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0o644);
			closeSync(fd);
			fd = next;
		}
		return use(fd);
	} finally {
		closeSync(fd);
	}
}

const partsOf = (path: string) => path.split("/").filter((part) => part !== "" && part !== ".");
const pathOf = (fd: number) => `${AGENT_PROC}/self/fd/${fd}`;

function read(fd: number, bytes: number): Buffer {
	const content = Buffer.alloc(bytes);
	let length = 0;
	for (let got = -1; got !== 0 && length < bytes; length += got)
		got = readSync(fd, content, length, bytes - length, null);
	return content.subarray(0, length);
}
