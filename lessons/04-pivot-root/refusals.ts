import { posix } from "node:path";
import {
	type Context,
	called,
	commandRefused,
	type Explanation,
	isShared,
	mountOf,
	refused,
} from "../../harness/judge/index.ts";

/**
 * Calls that the kernel refuses on the way to a new root, and why. The explanations for pivot_root are in the order of
 * the kernel's own checks, because the kernel returns the first error that it finds.
 */

const PIVOT_ERRORS = ["pivot_root(2), ERRORS"];
const MAKE_PRIVATE = 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS).';
const BIND_ROOTFS = "Bind rootfs to itself first: mount(rootfs, rootfs, null, MS_BIND | MS_REC, null).";

/** An argument of the refused call as an absolute path in the caller's mount namespace. */
function pathArgument({ thrown, atThrow }: Context, name: string): string {
	const given = thrown?.syscall?.args[name]?.slice(1, -1) ?? "";
	const absolute = posix.normalize(given.startsWith("/") ? given : `${atThrow?.cwd ?? ""}/${given}`);
	return absolute.replace(/(?<=.)\/$/, "");
}

/** The mount that contains the argument's path, in the mount namespace of the process that threw. */
const mountOfArgument = (context: Context, name: string) =>
	mountOf(context.atThrow?.mounts ?? [], pathArgument(context, name));

/** Whether the argument's path is a mount point. */
const isMountPoint = (context: Context, name: string) =>
	mountOfArgument(context, name)?.mountPoint === pathArgument(context, name);

const onRootMount = (context: Context, name: string) => mountOfArgument(context, name)?.mountPoint === "/";

/**
 * Whether new_root is a relative path to the current directory. This directory is not a mount point, but the rootfs is.
 */
const newRootIsOtherDirectory = (context: Context) =>
	pathArgument(context, "new_root") === context.atThrow?.cwd &&
	context.thrown?.syscall?.args["new_root"]?.startsWith('"/') === false &&
	!isMountPoint(context, "new_root") &&
	context.atThrow.mounts.some(({ mountPoint }) => mountPoint === context.drawn["rootfs"]);

const hasAnyFlag = ({ thrown }: Context, ...flags: string[]) =>
	flags.some((flag) => thrown?.syscall?.args["mountflags"]?.includes(flag));

const stillOnHost = ({ atThrow, observation }: Context) =>
	atThrow?.namespaces["mnt"] === observation.before.namespaces["mnt"];

/** Describes the shared mount that makes pivot_root fail; undefined if there is none. */
function sharedMountForPivot(context: Context): string | undefined {
	const mounts = context.atThrow?.mounts ?? [];
	const putOld = mountOfArgument(context, "put_old");
	const parent = mounts.find(({ id }) => id === mountOfArgument(context, "new_root")?.parentId);
	const describeIfShared = (mount: typeof putOld, role: string) =>
		mount !== undefined && isShared(mount)
			? `The ${role}, ${mount.mountPoint}, is marked ${mount.propagation.join(" ")} in /proc/self/mountinfo.`
			: undefined;
	return (
		describeIfShared(parent, "parent mount of new_root") ?? describeIfShared(putOld, "mount that contains put_old")
	);
}

const pivotRefusals: Explanation[] = [
	{
		when: (context) => refused("pivot_root", "ENOENT")(context) && isMountPoint(context, "new_root"),
		diagnosis: "pivot-put-old-missing",
		misconception: 5,
		why: (context) =>
			`pivot_root creates no directories, and put_old, ${pathArgument(context, "put_old")}, does not exist.`,
		try: 'Create a directory in the rootfs with mkdirSync, and pass its path. Or call chdir(rootfs), and pass "." for both arguments: then no directory is needed.',
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "ENOENT"),
		diagnosis: "pivot-path-missing",
		misconception: 5,
		why: (context) =>
			`pivot_root creates no directories. ${pathArgument(context, "new_root")} or ${pathArgument(context, "put_old")} does not exist; the kernel does not say which.`,
		try: `Create the missing directory with mkdirSync. new_root also has to be a mount point, and no line of /proc/self/mountinfo has it.`,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EINVAL")(context) && sharedMountForPivot(context) !== undefined,
		diagnosis: "pivot-shared-propagation",
		misconception: 5,
		why: (context) =>
			[
				`${sharedMountForPivot(context)} pivot_root refuses to move mounts there: they would move at all its peers, also on the host.`,
				...(called(context, "mount", "MS_BIND", "MS_PRIVATE")
					? ["The kernel ignores MS_PRIVATE beside MS_BIND: one call of mount does only one thing."]
					: []),
				...(stillOnHost(context)
					? ["And this is the host's own mount table: /proc/self/ns/mnt is the same as that of the host's init."]
					: []),
			].join(" "),
		try: MAKE_PRIVATE,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY", "EINVAL")(context) && called(context, "chroot"),
		diagnosis: "pivot-after-chroot",
		misconception: 5,
		why: ({ thrown }) =>
			thrown?.syscall?.code === "EBUSY"
				? "chroot was called before, so this process's root is already a directory on the mount that contains new_root. pivot_root exchanges two mounts, but here old and new root are on the same mount: EBUSY."
				: "chroot was called before, so this process's root is a directory inside a mount: no line of its /proc/self/mountinfo has the mount point /. pivot_root exchanges mounts, and this root is not a mount point: EINVAL.",
		try: "Remove chroot: pivotRoot replaces it.",
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY", "EINVAL")(context) && newRootIsOtherDirectory(context),
		diagnosis: "pivot-chdir-missing",
		misconception: 5,
		why: (context) =>
			`new_root is the current directory, ${pathArgument(context, "new_root")}, which is not a mount point: /proc/self/mountinfo has no line for it. There is a line for ${context.drawn["rootfs"]}, but mount does not change the current directory.`,
		try: "Call chdir(rootfs) after the bind mount and before pivotRoot.",
		see: [...PIVOT_ERRORS, "path_resolution(7)"],
	},
	{
		when: (context) => refused("pivot_root", "EBUSY")(context) && pathArgument(context, "new_root") === "/",
		diagnosis: "pivot-to-the-same-root",
		misconception: 5,
		why: "new_root, the first argument, is /: this process's root already. pivot_root exchanges two mounts, but here old and new root are the same mount.",
		try: `${BIND_ROOTFS} Then pass rootfs as the first argument. Or call chdir(rootfs), and pass "." for both.`,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY")(context) && onRootMount(context, "new_root"),
		diagnosis: "pivot-not-a-mount-point",
		misconception: 5,
		why: (context) =>
			`new_root, ${pathArgument(context, "new_root")}, is a plain directory on the root mount: /proc/self/mountinfo has no line for it. The kernel returns EBUSY and not EINVAL, because the old and the new root are on the same mount.`,
		try: BIND_ROOTFS,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY")(context) && onRootMount(context, "put_old"),
		diagnosis: "pivot-put-old-on-root",
		misconception: 5,
		why: (context) =>
			`put_old, ${pathArgument(context, "put_old")}, is on the current root mount: the old root would have to be mounted on itself.`,
		try: 'Pass a directory inside the rootfs as put_old. Or call chdir(rootfs), and pass "." for both arguments.',
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "EBUSY"),
		diagnosis: "pivot-cwd-under-mount",
		misconception: 5,
		why: (context) =>
			`/proc/self/mountinfo has a line for ${pathArgument(context, "new_root")}, but "." is not that mount: it is the directory under the mount. chdir was called before mount. The current directory is a directory on a certain mount, not a path, so a later mount on top does not change it.`,
		try: "Call chdir(rootfs) after the bind mount.",
		see: [...PIVOT_ERRORS, "path_resolution(7)"],
	},
	{
		when: (context) =>
			refused("pivot_root", "EINVAL")(context) &&
			!isMountPoint(context, "new_root") &&
			mountOfArgument(context, "new_root")?.mountPoint === context.drawn["rootfs"],
		diagnosis: "pivot-new-root-in-rootfs",
		misconception: 5,
		why: (context) =>
			`new_root, ${pathArgument(context, "new_root")}, is a directory inside the mount ${context.drawn["rootfs"]}, not a mount point itself: /proc/self/mountinfo has no line for it.`,
		try: "Pass rootfs as new_root, the first argument. put_old, the second one, is where the old root goes.",
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EINVAL")(context) && !isMountPoint(context, "new_root"),
		diagnosis: "pivot-not-a-mount-point",
		misconception: 5,
		why: (context) =>
			`new_root, ${pathArgument(context, "new_root")}, is a directory inside the mount ${mountOfArgument(context, "new_root")?.mountPoint}, not a mount point itself: /proc/self/mountinfo has no line for it.`,
		try: BIND_ROOTFS,
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "EINVAL"),
		diagnosis: "pivot-put-old-outside",
		misconception: 5,
		why: (context) =>
			`put_old, ${pathArgument(context, "put_old")}, is not at or below new_root, ${pathArgument(context, "new_root")}: after the move, no path would lead to it.`,
		try: 'Pass a directory inside the rootfs as put_old, or "." for both arguments.',
		see: PIVOT_ERRORS,
	},
];

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	...pivotRefusals,
	{
		when: (context) =>
			refused("mount", "EINVAL")(context) &&
			hasAnyFlag(context, "MS_PRIVATE", "MS_SLAVE", "MS_SHARED") &&
			!isMountPoint(context, "target"),
		diagnosis: "propagation-of-no-mount",
		why: (context) =>
			`${pathArgument(context, "target")} is not a mount point: /proc/self/mountinfo has no line for it. Propagation belongs to a mount, not to a directory.`,
		try: 'Pass "/" as the target, and MS_REC to include all mounts below it.',
		see: ["mount(2), ERRORS", "mount_namespaces(7), SHARED SUBTREES"],
	},
	{
		when: (context) => {
			const moved = mountOfArgument(context, "source");
			const parent = context.atThrow?.mounts.find(({ id }) => id === moved?.parentId);
			return (
				refused("mount", "EINVAL")(context) &&
				hasAnyFlag(context, "MS_MOVE") &&
				parent !== undefined &&
				isShared(parent)
			);
		},
		diagnosis: "move-below-shared",
		misconception: 4,
		why: (context) =>
			`The parent of the mount ${pathArgument(context, "source")} is marked shared in /proc/self/mountinfo. The kernel does not move a mount that is below a shared mount, because the mount would have to move at all peers of that parent, also on the host.`,
		try: `${MAKE_PRIVATE} Then use pivotRoot: with MS_MOVE, the old root is only covered.`,
		see: ["mount(2), ERRORS"],
	},
	{
		when: ({ drawn, ...context }) =>
			context.thrown?.syscall?.code === "ENOENT" &&
			called(context, "pivot_root") &&
			Object.values(context.thrown.syscall.args).some((value) => value.includes(drawn["rootfs"] ?? "\0")),
		diagnosis: "path-of-old-root",
		why: ({ thrown }) =>
			`${thrown?.syscall?.call} got a path from before pivot_root. Now absolute paths start at the new root: rootfs is now /, and rootfs/old is now /old.`,
		try: "After pivotRoot, write paths as the container sees them.",
		see: ["pivot_root(2)", "path_resolution(7)"],
	},
	{
		when: refused("umount2", "EBUSY"),
		diagnosis: "old-root-busy",
		why: "The mount is in use. The old root always is: other mounts are on it, such as /usr and /proc, and the running program's files are on it. Without MNT_DETACH, umount2 refuses to unmount a busy mount.",
		try: "Pass MNT_DETACH: then the kernel removes the mount and all mounts below it from the mount table at once, and frees them when nothing uses them any more.",
		see: ["umount2(2)"],
	},
	{
		when: (context) => called(context, "pivot_root") && /^EBUSY.*\brmdir\b/.test(context.thrown?.message ?? ""),
		diagnosis: "old-root-not-removable",
		misconception: 6,
		why: "rmdir fails with EBUSY if something is mounted on the directory. This directory is a mount point in /proc/self/mountinfo: the old root, with all the host's files, is still mounted there.",
		try: "Unmount the old root first: umount2(…, MNT_DETACH).",
		see: ["rmdir(2), ERRORS", "umount2(2)"],
	},
	{
		when: commandRefused("ENOENT"),
		diagnosis: "command-not-in-root",
		why: "The command, /bin/sh, does not exist in the root that enterRoot has set.",
		try: 'Print readdirSync("/") at the end of enterRoot: it shows what the root is.',
		see: ["execve(2)", "path_resolution(7)"],
	},
];
