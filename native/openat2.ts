import { constants } from "node:fs";
import { AT_FDCWD, O_PATH, RESOLVE_FLAGS } from "./constants.ts";
import { flagNames, int, int64, quoted, strings, syscall } from "./library.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDWR, O_TRUNC, O_WRONLY } = constants;
const OPEN_FLAGS = { O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_PATH };
/**
 * Every descriptor is close-on-exec, as Node's are. Otherwise the container's command would inherit it. See open(2).
 */
export const O_CLOEXEC = 0o2000000;

/** How to open a path: the manual's struct open_how. */
export interface OpenHow {
	/** As for open(2): `O_PATH`, or constants of `node:fs` such as `O_DIRECTORY`. `O_CLOEXEC` is always added. */
	flags: number;
	/** The permissions of a new file, with `O_CREAT`. */
	mode?: number;
	/**
	 * `RESOLVE_*` constants, combined with `|`: how the path is resolved. Without them, it is resolved as for open(2).
	 */
	resolve?: number;
}

/**
 * Opens a file, and decides how its path is resolved. With `RESOLVE_IN_ROOT`, no symbolic link and no `..` leads out of
 * the directory `dirfd`, as if the process had called chroot(2).
 * @param dirfd an open directory where the path starts, or `AT_FDCWD`
 * @returns a descriptor. `/proc/self/fd/N` is a path that leads to this file, even if links change later
 * @throws {SyscallError} ENOENT; EEXIST; ENOTDIR; ELOOP a link that must not be followed; EXDEV the path leads out of
 * `dirfd`, with RESOLVE_BENEATH; EINVAL
 * @see openat2(2), path_resolution(7)
 */
export function openat2(dirfd: number, pathname: string, { flags, mode = 0, resolve = 0 }: OpenHow): number {
	const how = [
		`flags: ${flagNames(flags, OPEN_FLAGS).replace(/^0$/, "O_RDONLY")}`,
		...(mode === 0 ? [] : [`mode: 0${mode.toString(8)}`]),
		...(resolve === 0 ? [] : [`resolve: ${flagNames(resolve, RESOLVE_FLAGS)}`]),
	];
	const shown = { dirfd: directoryName(dirfd), pathname: quoted(pathname), how: `{ ${how.join(", ")} }` };
	return syscall("openat2", shown, [
		...[int(dirfd), strings(pathname)],
		...[int64(flags | O_CLOEXEC), int64(mode), int64(resolve)],
	]);
}

/** Shows a descriptor as it would be written in C. */
export const directoryName = (dirfd: number): string => (dirfd === AT_FDCWD ? "AT_FDCWD" : String(dirfd));
