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
const BIND_IT = "Bind it to itself first: mount(rootfs, rootfs, null, MS_BIND | MS_REC, null).";

/** An argument of the refused call as an absolute path in the caller's mount namespace. */
function path({ thrown, atThrow }: Context, name: string): string {
	const given = thrown?.syscall?.args[name]?.slice(1, -1) ?? "";
	const absolute = given.startsWith("/") ? given : `${atThrow?.cwd ?? ""}/${given}`;
	return absolute.replaceAll(/\/\.(?=\/|$)/g, "").replaceAll(/\/{2,}/g, "/") || "/";
}

/** The mount that contains the path, in the mount namespace of the process that threw. */
const mountUnder = (context: Context, name: string) => mountOf(context.atThrow?.mounts ?? [], path(context, name));

/** Whether the path is a mount point. */
const isMountPoint = (context: Context, name: string) => mountUnder(context, name)?.mountPoint === path(context, name);

const onRootMount = (context: Context, name: string) => mountUnder(context, name)?.mountPoint === "/";

/** Whether new_root names the current directory, which is no mount point, although the rootfs is a mount point. */
const namesAnotherDirectory = (context: Context) =>
	path(context, "new_root") === context.atThrow?.cwd &&
	context.thrown?.syscall?.args["new_root"]?.startsWith('"/') === false &&
	!isMountPoint(context, "new_root") &&
	context.atThrow.mounts.some(({ mountPoint }) => mountPoint === context.drawn["rootfs"]);

const hasFlag = ({ thrown }: Context, ...flags: string[]) =>
	flags.some((flag) => thrown?.syscall?.args["mountflags"]?.includes(flag));

const stillOnHost = ({ atThrow, observation }: Context) =>
	atThrow?.namespaces["mnt"] === observation.before.namespaces["mnt"];

/** Which shared mount makes pivot_root refuse, and what that mount is to the call. */
function sharedForPivot(context: Context): string | undefined {
	const mounts = context.atThrow?.mounts ?? [];
	const putOld = mountUnder(context, "put_old");
	const parent = mounts.find(({ id }) => id === mountUnder(context, "new_root")?.parentId);
	const said = (mount: typeof putOld, role: string) =>
		mount !== undefined && isShared(mount)
			? `${mount.mountPoint}, ${role}, is ${mount.propagation.join(" ")} in /proc/self/mountinfo.`
			: undefined;
	return said(parent, "the parent mount of new_root") ?? said(putOld, "the mount that put_old lies on");
}

const pivotRefusals: Explanation[] = [
	{
		when: (context) => refused("pivot_root", "ENOENT")(context) && isMountPoint(context, "new_root"),
		diagnosis: "pivot-put-old-missing",
		misconception: 5,
		why: (context) => `pivot_root makes no directories, and put_old, ${path(context, "put_old")}, is not there.`,
		try: 'Create it with mkdirSync first, or use "." for both after chdir(rootfs): then none is needed.',
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "ENOENT"),
		diagnosis: "pivot-path-missing",
		misconception: 5,
		why: (context) =>
			`pivot_root makes no directories. ${path(context, "new_root")} or ${path(context, "put_old")} is not there; the kernel does not say which.`,
		try: `Create what is missing with mkdirSync. And no line of /proc/self/mountinfo has new_root: it has to be a mount point.`,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EINVAL")(context) && sharedForPivot(context) !== undefined,
		diagnosis: "pivot-shared-propagation",
		misconception: 5,
		why: (context) =>
			[
				`${sharedForPivot(context)} pivot_root refuses to move mounts there: the move would happen at all peers, on the host as well.`,
				...(called(context, "mount", "MS_BIND", "MS_PRIVATE")
					? ["MS_PRIVATE beside MS_BIND is passed over: a call of mount does one thing."]
					: []),
				...(stillOnHost(context)
					? ["And this is the host's own mount table: /proc/self/ns/mnt is the same as that of its init."]
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
				? "chroot was called before, so this process's root is already a directory on the mount that new_root lies on. pivot_root exchanges two mounts, and here both are one: EBUSY."
				: "chroot was called before, so this process's root is a directory somewhere on a mount: no line of its /proc/self/mountinfo has the mount point /. pivot_root exchanges mounts, and this root is none: EINVAL.",
		try: "Leave chroot out: pivotRoot is instead of it, not on top of it.",
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY", "EINVAL")(context) && namesAnotherDirectory(context),
		diagnosis: "pivot-chdir-missing",
		misconception: 5,
		why: (context) =>
			`new_root is the current directory, ${path(context, "new_root")}, and that is no mount point: /proc/self/mountinfo has no line for it. It has one for ${context.drawn["rootfs"]}, but mount does not change the current directory.`,
		try: "Call chdir(rootfs) after the bind mount, before pivotRoot.",
		see: [...PIVOT_ERRORS, "path_resolution(7)"],
	},
	{
		when: (context) => refused("pivot_root", "EBUSY")(context) && onRootMount(context, "new_root"),
		diagnosis: "pivot-not-a-mount-point",
		misconception: 5,
		why: (context) =>
			`new_root, ${path(context, "new_root")}, is a plain directory on the root mount: /proc/self/mountinfo has no line for it. The kernel says EBUSY, not EINVAL, as new root and old root are then one mount.`,
		try: BIND_IT,
		see: PIVOT_ERRORS,
	},
	{
		when: (context) => refused("pivot_root", "EBUSY")(context) && onRootMount(context, "put_old"),
		diagnosis: "pivot-put-old-on-root",
		misconception: 5,
		why: (context) =>
			`put_old, ${path(context, "put_old")}, lies on the current root mount: the old root would have to be mounted on itself.`,
		try: 'Choose a directory inside the rootfs, or "." for both after chdir(rootfs).',
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "EBUSY"),
		diagnosis: "pivot-cwd-under-mount",
		misconception: 5,
		why: (context) =>
			`/proc/self/mountinfo has ${path(context, "new_root")}, and yet it is busy: "." is not that mount, but the directory under it. chdir came before mount, and a current directory is a place on a mount, not a path; what is mounted over it later does not move it.`,
		try: "Call chdir(rootfs) after the bind mount.",
		see: [...PIVOT_ERRORS, "path_resolution(7)"],
	},
	{
		when: (context) => refused("pivot_root", "EINVAL")(context) && !isMountPoint(context, "new_root"),
		diagnosis: "pivot-not-a-mount-point",
		misconception: 5,
		why: (context) =>
			`new_root, ${path(context, "new_root")}, is a directory inside the mount ${mountUnder(context, "new_root")?.mountPoint}, not a mount point itself: /proc/self/mountinfo has no line for it.`,
		try: BIND_IT,
		see: PIVOT_ERRORS,
	},
	{
		when: refused("pivot_root", "EINVAL"),
		diagnosis: "pivot-put-old-outside",
		misconception: 5,
		why: (context) =>
			`put_old, ${path(context, "put_old")}, is not at or below new_root, ${path(context, "new_root")}: after the move there would be no path to it.`,
		try: 'Choose a directory inside the rootfs, or "." for both.',
		see: PIVOT_ERRORS,
	},
];

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	...pivotRefusals,
	{
		when: (context) =>
			refused("mount", "EINVAL")(context) &&
			hasFlag(context, "MS_PRIVATE", "MS_SLAVE", "MS_SHARED") &&
			!isMountPoint(context, "target"),
		diagnosis: "propagation-of-no-mount",
		why: (context) =>
			`${path(context, "target")} is no mount point: /proc/self/mountinfo has no line for it. Propagation belongs to a mount, not to a directory.`,
		try: 'Say it of "/", with MS_REC for all that is mounted below.',
		see: ["mount(2), ERRORS", "mount_namespaces(7), SHARED SUBTREES"],
	},
	{
		when: (context) => {
			const moved = mountUnder(context, "source");
			const parent = context.atThrow?.mounts.find(({ id }) => id === moved?.parentId);
			return (
				refused("mount", "EINVAL")(context) && hasFlag(context, "MS_MOVE") && parent !== undefined && isShared(parent)
			);
		},
		diagnosis: "move-below-shared",
		misconception: 4,
		why: (context) =>
			`The parent of the mount ${path(context, "source")} is shared in /proc/self/mountinfo, and the kernel moves no mount away from a shared parent: its peers, one of them the host, would have to follow.`,
		try: `${MAKE_PRIVATE} And then use pivotRoot: MS_MOVE only covers the old root.`,
		see: ["mount(2), ERRORS"],
	},
	{
		when: ({ drawn, ...context }) =>
			context.thrown?.syscall?.code === "ENOENT" &&
			called(context, "pivot_root") &&
			Object.values(context.thrown.syscall.args).some((value) => value.includes(drawn["rootfs"] ?? "\0")),
		diagnosis: "path-of-old-root",
		why: ({ thrown }) =>
			`${thrown?.syscall?.call} was given a path as it was before pivot_root. Since then absolute paths start at the new root: what was rootfs is / now, and rootfs/old is /old.`,
		try: "Write the paths after pivotRoot as the container sees them.",
		see: ["pivot_root(2)", "path_resolution(7)"],
	},
	{
		when: refused("umount2", "EBUSY"),
		diagnosis: "old-root-busy",
		why: "The old root is in use: other mounts lie on it, such as /usr and /proc, and so does the program that is running. A plain unmount refuses what is busy.",
		try: "Pass MNT_DETACH: it is taken out of the table at once, with all below it, and cleaned up when the last user has gone.",
		see: ["umount2(2)"],
	},
	{
		when: ({ thrown }) => /^EBUSY.*\brmdir\b/.test(thrown?.message ?? ""),
		diagnosis: "old-root-not-removable",
		misconception: 6,
		why: "rmdir refuses a directory that something is mounted on, EBUSY: it is a mount point in /proc/self/mountinfo, and the old root with all the host's files is still there.",
		try: "Unmount it first: umount2(…, MNT_DETACH).",
		see: ["rmdir(2), ERRORS", "umount2(2)"],
	},
	{
		when: commandRefused("ENOENT"),
		diagnosis: "command-not-in-root",
		why: "The command, /bin/sh, is not to be found from the root that enterRoot left behind.",
		try: 'Look at what / is after enterRoot: readdirSync("/") tells.',
		see: ["execve(2)", "path_resolution(7)"],
	},
];
