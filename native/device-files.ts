import { FILE_TYPES } from "./constants.ts";
import { int, int64, quoted, strings, syscall } from "./library.ts";

/**
 * Makes a device file: a name for one of the kernel's devices.
 * @param path must not exist
 * @param mode the type, `S_IFCHR` or `S_IFBLK`, combined with permissions by `|`; the process's umask clears some of them
 * @param dev which device: a number that {@link makedev} returns
 * @throws {SyscallError} EEXIST; ENOENT; EROFS; EPERM no CAP_MKNOD
 * @see mknod(2), umask(2)
 */
export function mknod(path: string, mode: number, dev: number): void {
	const shown = { pathname: quoted(path), mode: modeName(mode), dev: `makedev(${major(dev)}, ${minor(dev)})` };
	syscall("mknod", shown, [strings(path), int(mode), int64(dev)]);
}

/**
 * Combines the two numbers of a device. The major number stands for a driver, the minor number for one of its devices.
 * @see makedev(3)
 */
export function makedev(major: number, minor: number): number {
	// The major number has at most 12 bits, and the minor number 20. If the highest of these 32 bits is set, the
	// operator << would make the result negative.
	return ((major & 0xfff) << 8) + (minor & 0xff) + (minor & 0xfff00) * 2 ** 12;
}

/** The major number of a device. See major(3). */
export const major = (dev: number): number => Math.floor(dev / 2 ** 8) & 0xfff;

/** The minor number of a device. See minor(3). */
export const minor = (dev: number): number => (dev % 2 ** 8) + (Math.floor(dev / 2 ** 12) & 0xfff00);

function modeName(mode: number): string {
	const type = Object.entries(FILE_TYPES).find(([, bits]) => (mode & 0o170000) === bits)?.[0];
	const permissions = `0${(mode & 0o7777).toString(8)}`;
	return type === undefined ? `0${mode.toString(8)}` : `${type}|${permissions}`;
}
