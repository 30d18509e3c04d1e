import { MOUNT_FLAGS, UMOUNT_FLAGS } from "./constants.ts";
import { bytes, flagNames, int, int64, quoted, strings, syscall } from "./library.ts";

/**
 * Mounts a file system, binds a directory or file to a second place, moves a mount, or changes a mount's flags or its
 * propagation: `flags` decides which.
 * @param source a device, a directory or file (MS_BIND, MS_MOVE), a name to be shown, or null where the call does not
 * use it
 * @param target an existing directory (or file, for a bind mount of a file)
 * @param fstype such as `proc`, `tmpfs`, `overlay`; null where the call does not use it
 * @param flags `MS_*` constants, combined with `|`
 * @param data options of the file system, comma-separated, or null
 * @throws {SyscallError} ENOENT; ENOTDIR; EINVAL no mount point where one is needed, or a wrong option in `data`;
 * EBUSY; ENODEV unknown fstype; EPERM
 * @see mount(2), mount_namespaces(7)
 */
export function mount(
	source: string | null,
	target: string,
	fstype: string | null,
	flags: number,
	data: string | null,
): void {
	const shown = {
		source: quoted(source),
		target: quoted(target),
		filesystemtype: quoted(fstype),
		mountflags: flagNames(flags, MOUNT_FLAGS),
		data: quoted(data),
	};
	syscall("mount", shown, [strings(source, target, fstype, data), int64(flags)]);
}

/**
 * Unmounts the topmost mount on `target`.
 * @param flags 0, or `MNT_*` and `UMOUNT_*` constants, combined with `|`
 * @throws {SyscallError} EINVAL not a mount point; EBUSY still in use (open files, a cwd, mounts below); ENOENT; EPERM
 * @see umount2(2)
 */
export function umount2(target: string, flags: number): void {
	syscall("umount2", { target: quoted(target), flags: flagNames(flags, UMOUNT_FLAGS) }, [strings(target), int(flags)]);
}

/**
 * Makes `newRoot` the root mount of this mount namespace, and attaches the old root at `putOld`. The current directory
 * stays where it is, unless it was the old root: then it becomes `newRoot`.
 * @param newRoot a directory that is a mount point; its parent mount may not be shared, nor the parent mount of the
 * current root
 * @param putOld a directory at or below `newRoot`; the mount that it is on may not be shared
 * @throws {SyscallError} EBUSY newRoot or putOld is on the current root mount; EINVAL not a mount point, shared, putOld
 * not below newRoot, the current root is not a mount point, or it is the initramfs; ENOENT; ENOTDIR; EPERM
 * @see pivot_root(2), mount_namespaces(7)
 */
export function pivotRoot(newRoot: string, putOld: string): void {
	syscall("pivot_root", { new_root: quoted(newRoot), put_old: quoted(putOld) }, [strings(newRoot, putOld)]);
}

/**
 * Makes `path` the directory where this process's absolute paths start. The current directory stays where it is.
 * @throws {SyscallError} ENOENT; ENOTDIR; EPERM no CAP_SYS_CHROOT
 * @see chroot(2)
 */
export function chroot(path: string): void {
	syscall("chroot", { path: quoted(path) }, [strings(path)]);
}

/**
 * Changes the current directory to `path`.
 * @throws {SyscallError} ENOENT; ENOTDIR; EACCES
 * @see chdir(2)
 */
export function chdir(path: string): void {
	syscall("chdir", { path: quoted(path) }, [strings(path)]);
}

/**
 * Changes the current directory to an open directory.
 * @param fd an open directory
 * @throws {SyscallError} EBADF not open; ENOTDIR
 * @see fchdir(2)
 */
export function fchdir(fd: number): void {
	syscall("fchdir", { fd: String(fd) }, [int(fd)]);
}

/** A path has at most 4,096 bytes, and the kernel may put `(unreachable)` before it. */
const CWD_BYTES = 4_112;

/**
 * The current directory. The kernel looks for a way from this process's root to it. If there is none, the path begins
 * with `(unreachable)` and not with `/`: then the directory is outside the root.
 *
 * Unlike `process.cwd()`, which keeps its answer until `process.chdir()`, this asks the kernel each time.
 * @throws {SyscallError} ENOENT the directory was removed
 * @see getcwd(2)
 */
export function getcwd(): string {
	const path = Buffer.alloc(CWD_BYTES);
	const length = syscall("getcwd", { buf: "/* path */", size: String(CWD_BYTES) }, [bytes(path), int(CWD_BYTES)]);
	// The last byte is the NUL that ends the string.
	return path.toString("utf8", 0, length - 1);
}
