import {
	AT_EMPTY_PATH,
	AT_RECURSIVE,
	MOUNT_ATTRIBUTES,
	MOUNT_FLAGS,
	MOVE_MOUNT_F_EMPTY_PATH,
	MOVE_MOUNT_T_EMPTY_PATH,
	OPEN_TREE_CLONE,
} from "./constants.ts";
import { flagNames, int, int64, quoted, strings, syscall } from "./library.ts";
import { directoryName, O_CLOEXEC } from "./openat2.ts";

const TREE_FLAGS = { OPEN_TREE_CLONE, AT_EMPTY_PATH, AT_RECURSIVE };
const MOVE_FLAGS = { MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH };
const OPEN_TREE_CLOEXEC = O_CLOEXEC;

/** What to change about a mount: the manual's struct mount_attr. */
export interface MountAttributes {
	/** `MOUNT_ATTR_*` constants to set, combined with `|`. */
	attrSet?: number;
	/** `MOUNT_ATTR_*` constants to clear. */
	attrClr?: number;
	/** `MS_PRIVATE`, `MS_SLAVE` or `MS_SHARED`; the propagation stays as it is if not given. */
	propagation?: number;
}

/**
 * Changes the attributes of a mount. With `AT_RECURSIVE`, also changes those of all mounts below it; if one of them
 * cannot be changed, none is. mount(2) with MS_REMOUNT changes only one mount, even with MS_REC.
 * @param dirfd an open directory where a relative path starts, or `AT_FDCWD`
 * @param pathname where the mount is. With "" and `AT_EMPTY_PATH`, the mount is the one that `dirfd` was opened on. A
 * descriptor that was opened before something was mounted there still refers to the mount that is now covered
 * @param flags 0, or `AT_EMPTY_PATH` and `AT_RECURSIVE`, combined with `|`
 * @throws {SyscallError} EINVAL no mount point; EPERM; ENOENT
 * @see mount_setattr(2)
 */
export function mountSetattr(
	dirfd: number,
	pathname: string,
	flags: number,
	{ attrSet = 0, attrClr = 0, propagation = 0 }: MountAttributes,
): void {
	const attr = [
		...(attrSet === 0 ? [] : [`attr_set: ${flagNames(attrSet, MOUNT_ATTRIBUTES)}`]),
		...(attrClr === 0 ? [] : [`attr_clr: ${flagNames(attrClr, MOUNT_ATTRIBUTES)}`]),
		...(propagation === 0 ? [] : [`propagation: ${flagNames(propagation, MOUNT_FLAGS)}`]),
	];
	const shown = {
		dirfd: directoryName(dirfd),
		pathname: quoted(pathname),
		flags: flagNames(flags, TREE_FLAGS),
		attr: `{ ${attr.join(", ")} }`,
	};
	syscall("mount_setattr", shown, [
		...[int(dirfd), strings(pathname), int(flags)],
		...[int64(attrSet), int64(attrClr), int64(propagation)],
	]);
}

/**
 * Opens a mount. With `OPEN_TREE_CLONE`, makes a copy of the mount, as a bind mount does, but attaches it nowhere:
 * {@link moveMount} attaches it. The copy survives a change of the root, so the engine uses it to bring mounts into a
 * container. A module that mounts before the change of the root needs only mount(2).
 * @param dirfd as for {@link mountSetattr}
 * @param pathname as for {@link mountSetattr}
 * @param flags `OPEN_TREE_CLONE`; `AT_RECURSIVE`, to copy all mounts below as well; `AT_EMPTY_PATH`; combined with `|`
 * @returns a descriptor, which is close-on-exec
 * @throws {SyscallError} ENOENT; EINVAL the mount belongs to another mount namespace; EPERM
 * @see mount_setattr(2), EXAMPLES; open_tree(2) in newer manuals
 */
export function openTree(dirfd: number, pathname: string, flags: number): number {
	const shown = { dirfd: directoryName(dirfd), pathname: quoted(pathname), flags: flagNames(flags, TREE_FLAGS) };
	return syscall("open_tree", shown, [int(dirfd), strings(pathname), int(flags | OPEN_TREE_CLOEXEC)]);
}

/**
 * Attaches a mount at a path: a copy that {@link openTree} has made, or a mount that moves there. A symbolic link at
 * the end of either path is not followed, because `MOVE_MOUNT_F_SYMLINKS` and `MOVE_MOUNT_T_SYMLINKS` are not among the
 * flags.
 * @param flags `MOVE_MOUNT_F_EMPTY_PATH`: the mount is `fromDirfd` itself; `MOVE_MOUNT_T_EMPTY_PATH`: the place is
 * `toDirfd` itself
 * @throws {SyscallError} ENOENT; ENOTDIR; EINVAL; EPERM
 * @see mount_setattr(2), EXAMPLES; move_mount(2) in newer manuals
 */
export function moveMount(
	fromDirfd: number,
	fromPathname: string,
	toDirfd: number,
	toPathname: string,
	flags: number,
): void {
	const shown = {
		from_dirfd: directoryName(fromDirfd),
		from_pathname: quoted(fromPathname),
		to_dirfd: directoryName(toDirfd),
		to_pathname: quoted(toPathname),
		flags: flagNames(flags, MOVE_FLAGS),
	};
	syscall("move_mount", shown, [int(fromDirfd), strings(fromPathname, toPathname), int(toDirfd), int(flags)]);
}
