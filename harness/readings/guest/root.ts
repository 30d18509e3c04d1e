import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProcessState } from "../index.ts";
import { readFileId } from "./file-id.ts";
import { AGENT_PROC, HARBOUR_ROOT } from "./paths.ts";
import type { Reader } from "./reader.ts";

export const root: Reader<"root"> = () => ({
	host: () => ({ root: readdirSync(HARBOUR_ROOT) }),
	process: ({ pid }) => ({
		...readRoot(pid),
		cwd: readlinkSync(`/proc/${pid}/cwd`),
		cwdInsideRoot: cwdInsideRoot(pid),
	}),
});

/** Reads a process's root directory: which directory it is, and its entries. */
export function readRoot(pid: number): Pick<ProcessState, "root" | "rootPlace"> {
	return { root: readdirSync(`/proc/${pid}/root`), rootPlace: readFileId(`/proc/${pid}/root`) };
}

/**
 * Identifies a directory, by mount id and inode. Device and inode are not enough: a bind mount shows one directory,
 * with one inode number, in two places.
 */
export function directoryAt(path: string): string {
	const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		const info = readFileSync(`${AGENT_PROC}/thread-self/fdinfo/${fd}`, "utf8");
		return `${/mnt_id:\s*(\d+)/.exec(info)?.[1]} ${/ino:\s*(\d+)/.exec(info)?.[1]}`;
	} finally {
		closeSync(fd);
	}
}

// Walks up from the current directory by "..", until it reaches the process's root, or the top of a tree. In a tree
// that is detached, or outside the process's root, it reaches the top without having met the root.
function cwdInsideRoot(pid: number): boolean {
	const root = directoryAt(`/proc/${pid}/root/.`);
	for (let path = `/proc/${pid}/cwd/.`, last = ""; ; path += "/..") {
		const here = directoryAt(path);
		if (here === root) return true;
		if (here === last) return false;
		last = here;
	}
}
