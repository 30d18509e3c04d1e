import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProcessState } from "../index.ts";
import { HARBOUR_ROOT, OWN_PROC } from "./paths.ts";
import { readPlace } from "./place.ts";
import type { Reader } from "./reader.ts";

export const root: Reader<"root"> = () => ({
	host: () => ({ root: readdirSync(HARBOUR_ROOT) }),
	process: ({ pid }) => ({
		...readRoot(pid),
		cwd: readlinkSync(`/proc/${pid}/cwd`),
		cwdInsideRoot: cwdInsideRoot(pid),
	}),
});

/** What a process's root is: which directory, and what is in it. */
export function readRoot(pid: number): Pick<ProcessState, "root" | "rootPlace"> {
	return { root: readdirSync(`/proc/${pid}/root`), rootPlace: readPlace(`/proc/${pid}/root`) };
}

/**
 * What tells one directory from another. Not device and inode: a bind mount shows one directory, with one inode number, in
 * two places.
 */
export function directoryAt(path: string): string {
	const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		const info = readFileSync(`${OWN_PROC}/thread-self/fdinfo/${fd}`, "utf8");
		return `${/mnt_id:\s*(\d+)/.exec(info)?.[1]} ${/ino:\s*(\d+)/.exec(info)?.[1]}`;
	} finally {
		closeSync(fd);
	}
}

// Walks up from the current directory. ".." stops at the top of a tree that is detached or that the process's root
// is not above: then its root was never met.
function cwdInsideRoot(pid: number): boolean {
	const root = directoryAt(`/proc/${pid}/root/.`);
	for (let path = `/proc/${pid}/cwd/.`, last = ""; ; path += "/..") {
		const here = directoryAt(path);
		if (here === root) return true;
		if (here === last) return false;
		last = here;
	}
}
