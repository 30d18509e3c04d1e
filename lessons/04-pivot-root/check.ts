import { type Context, called, defineCheck, mountOf, refused } from "../../harness/grade/index.ts";

const PIVOT_ERRORS = ["pivot_root(2), ERRORS"];

/** The path that a refused call was given, as it stands in the mount namespace of the caller. */
function argument({ thrown, atThrow }: Context, name: string): string {
	const path = thrown?.syscall?.args[name]?.slice(1, -1) ?? "";
	const absolute = path.startsWith("/") ? path : `${atThrow?.cwd ?? ""}/${path}`;
	return absolute.replaceAll(/\/\.(?=\/|$)/g, "") || "/";
}

/** Whether the directory is the place of a mount, for the process that threw. */
const isMountPoint = (context: Context, path: string): boolean =>
	context.atThrow?.mounts.some(({ mountPoint }) => mountPoint === path) ?? false;

const rootMount = ({ atThrow }: Context) => atThrow?.mounts.find(({ mountPoint }) => mountPoint === "/");

export default defineCheck({
	module: "enter-root.ts",
	exported: "enterRoot",
	goal: "pivot_root: a root that there is no way out of",
	learnt:
		"chroot moves where paths start; pivot_root moves the mount that everything hangs from. With the old root detached there is no path back to the host's files, and the escape of lesson 03 finds nothing to climb to.",
	draw: (random) => ({
		hostname: random.hostname(),
		rootfs: `/lab/${random.name("rootfs")}`,
		marker: random.name("container"),
		secret: random.name("host-secret"),
	}),
	scenario: ({ hostname = "", rootfs = "", marker = "", secret = "" }) => ({
		does: `box run --hostname ${hostname} --rootfs ${rootfs} sh`,
		prepare: [
			{ do: "copy", from: "/lab/rootfs", to: rootfs },
			{ do: "write", path: `${rootfs}/${marker}`, text: "" },
			{ do: "write", path: `/${secret}`, text: secret },
		],
		options: { hostname, rootfs },
		exitCode: 0,
		secret: { path: `/${secret}`, text: secret },
	}),
	facts: [
		{
			fact: "ns.mnt",
			what: "the command's mount namespace",
			explain: [
				{
					when: ({ facts }) => facts["command.root"] === "the rootfs",
					diagnosis: "chroot-only",
					misconception: 6,
					why: "/proc/PID/ns/mnt is the host's. chroot only moves where this process's paths start; the mount table, and every mount in it, is still shared with the host.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["mount_namespaces(7)", "chroot(2), NOTES"],
				},
				{
					diagnosis: "mnt-shared",
					why: "/proc/PID/ns/mnt is the same link for the command and for the host's init: whatever is mounted, is mounted for both.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["mount_namespaces(7)", "unshare(2)"],
				},
			],
		},
		{
			fact: "command.root",
			what: "the command's root directory",
			explain: [
				{
					diagnosis: "root-unchanged",
					why: "The command's / holds the host's files: its root was never moved to the rootfs.",
					try: "Make rootfs a mount point, then call pivotRoot.",
					see: ["pivot_root(2)"],
				},
			],
		},
		{
			fact: "host.mounts.during",
			what: "new mounts that the host sees while the command runs",
			explain: [
				{
					diagnosis: "mounts-leak",
					misconception: 4,
					why: "A new mount namespace is a copy, and its mounts are peers of the originals (shared:N in /proc/self/mountinfo). Mounting below a shared mount mounts on all its peers, so the host got these too.",
					try: 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS), and with MS_REC: without it only / itself changes.',
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "command.mounts.host",
			what: "the host's mounts in the command's /proc/PID/mountinfo",
			explain: [
				{
					when: ({ facts }) => facts["command.root"] === "the rootfs" && facts["ns.mnt"] === "the host's",
					diagnosis: "chroot-only",
					misconception: 6,
					why: "chroot hides the host's mounts from this process's paths, but they are all still in its table.",
					try: "Use pivotRoot, then detach the old root with umount2(…, MNT_DETACH).",
					see: ["pivot_root(2)", "chroot(2), NOTES"],
				},
				{
					when: (context) => called(context, "pivot_root"),
					diagnosis: "old-root-attached",
					misconception: 6,
					why: "pivot_root does not remove the old root; it moves it to put_old. It is still mounted there, with everything on it, for whoever looks.",
					try: "After pivotRoot: umount2(put_old, MNT_DETACH). MNT_DETACH, because the old root is busy: your own program lies on it.",
					see: ["pivot_root(2)", "umount2(2)"],
				},
				{
					diagnosis: "host-mounts-visible",
					misconception: 6,
					why: "The command's mount table still has the host's mounts: the process was moved, but not the root mount.",
					try: "Make rootfs the root mount with pivotRoot, then detach the old one.",
					see: ["pivot_root(2)"],
				},
			],
		},
		{
			fact: "command.mounts.shared",
			what: "mounts of the command whose propagation is shared",
			explain: [
				{
					diagnosis: "propagation-shared",
					misconception: 4,
					why: "These lines of the command's mountinfo say shared:N: what is mounted there from now on appears at every peer, and the other way round.",
					try: 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS).',
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "command.cwd",
			what: "the command's current directory",
			explain: [
				{
					diagnosis: "cwd-outside",
					misconception: 6,
					why: 'Walking up from /proc/PID/cwd never meets /proc/PID/root: the current directory is still in the old tree. pivot_root moves "/" and what was exactly there, nothing else; a relative path still reaches the host.',
					try: 'Call chdir("/") after pivotRoot.',
					see: ["pivot_root(2), NOTES", "chdir(2)"],
				},
			],
		},
		{
			fact: "escape",
			what: "the break-out of lesson 03, tried from the command's place",
			explain: [
				{
					diagnosis: "escape-works",
					misconception: 6,
					why: 'chroot into a directory below, chdir("..") until it goes no further, chroot("."): at the top was the host\'s root, and the file was read. A chroot ends where the caller\'s own next chroot begins.',
					try: "pivotRoot onto the rootfs, and detach the old root: then the top of the tree is the rootfs itself.",
					see: ["chroot(2), NOTES", "pivot_root(2)"],
				},
			],
		},
		{
			fact: "host.propagation.during",
			what: "mounts of the host whose propagation was changed",
			explain: [
				{
					diagnosis: "host-made-private",
					why: "These mounts of the host were shared before and are not now: the change of propagation was made in the host's own mount namespace.",
					try: "Call unshare(CLONE_NEWNS) first, then change the propagation.",
					see: ["mount_namespaces(7)"],
				},
			],
		},
		{
			fact: "host.unmounted.during",
			what: "mounts that the host has lost",
			explain: [
				{
					diagnosis: "host-unmounted",
					misconception: 4,
					why: "Unmounting below a shared mount unmounts at all its peers, and the host is one.",
					try: 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS).',
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "host.mounts.after",
			what: "new mounts that the host sees after the command has ended",
			explain: [
				{
					diagnosis: "mounts-leak",
					misconception: 4,
					why: "The container is gone, and these are still in the host's mount table: they propagated there, or were made there.",
					try: 'unshare(CLONE_NEWNS), then mount(null, "/", null, MS_REC | MS_PRIVATE, null), before anything is mounted.',
					see: ["mount_namespaces(7), SHARED SUBTREES"],
				},
			],
		},
		{
			fact: "command.hostname",
			what: "the hostname that the command sees",
			explain: [
				{
					diagnosis: "hostname-lost",
					why: "Lesson 02's part of the engine gave the command its name, and something here took it away again.",
					try: "enterRoot needs no UTS namespace.",
					see: ["uts_namespaces(7)"],
				},
			],
		},
		{
			fact: "left.processes",
			what: "processes left behind",
			explain: [
				{
					diagnosis: "processes-left",
					why: "When the command had ended, these were still there. Nobody waits for them.",
					try: "enterRoot needs no process of its own.",
					see: ["unshare(2)"],
				},
			],
		},
	],
	exceptions: [
		{
			when: (context) =>
				refused("pivot_root", "EINVAL")(context) &&
				(rootMount(context)?.propagation.some((field) => field.startsWith("shared:")) ?? false),
			diagnosis: "pivot-shared-propagation",
			misconception: 5,
			why: (context) =>
				`The mount "/" is ${rootMount(context)?.propagation.join(" ")} in /proc/self/mountinfo. pivot_root refuses to move shared mounts: the move would happen on the host as well.`,
			try: 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS).',
			see: PIVOT_ERRORS,
		},
		{
			when: (context) => refused("pivot_root", "EINVAL")(context) && called(context, "chroot"),
			diagnosis: "pivot-after-chroot",
			misconception: 5,
			why: "The program has called chroot before. pivot_root wants the caller's root to be a mount point, and after chroot it is a directory somewhere below one.",
			try: "Leave chroot out: pivotRoot is instead of it, not on top of it.",
			see: PIVOT_ERRORS,
		},
		{
			when: (context) =>
				refused("pivot_root", "EINVAL")(context) &&
				mountOf(context.atThrow?.mounts ?? [], argument(context, "put_old"))?.mountPoint === "/",
			diagnosis: "pivot-put-old-outside",
			misconception: 5,
			why: (context) =>
				`put_old, ${argument(context, "put_old")}, is not at or below new_root, ${argument(context, "new_root")}: after the move there would be no path to it.`,
			try: 'Choose a directory inside the rootfs, or "." for both.',
			see: PIVOT_ERRORS,
		},
		{
			when: (context) =>
				refused("pivot_root", "EINVAL")(context) && !isMountPoint(context, argument(context, "new_root")),
			diagnosis: "pivot-not-a-mount-point",
			misconception: 5,
			why: (context) =>
				`${argument(context, "new_root")} is a directory inside the mount ${mountOf(context.atThrow?.mounts ?? [], argument(context, "new_root"))?.mountPoint}, not a mount point itself: no line of /proc/self/mountinfo has it.`,
			try: "Bind it to itself first: mount(rootfs, rootfs, null, MS_BIND | MS_REC, null).",
			see: PIVOT_ERRORS,
		},
		{
			when: (context) =>
				refused("pivot_root", "EBUSY")(context) && !isMountPoint(context, argument(context, "new_root")),
			diagnosis: "pivot-not-a-mount-point",
			misconception: 5,
			why: (context) =>
				`${argument(context, "new_root")} is a plain directory on the root mount itself: no line of /proc/self/mountinfo has it. The kernel says EBUSY, not EINVAL, as new root and old root are then one mount.`,
			try: "Bind it to itself first: mount(rootfs, rootfs, null, MS_BIND | MS_REC, null).",
			see: PIVOT_ERRORS,
		},
		{
			when: refused("pivot_root", "EBUSY"),
			diagnosis: "pivot-put-old-on-root",
			misconception: 5,
			why: (context) =>
				`put_old, ${argument(context, "put_old")}, lies on the current root mount: the old root would have to be mounted on itself.`,
			try: 'Choose a directory inside the rootfs, or "." for both after chdir(rootfs).',
			see: PIVOT_ERRORS,
		},
		{
			when: refused("pivot_root", "ENOENT"),
			diagnosis: "pivot-put-old-missing",
			misconception: 5,
			why: (context) =>
				`pivot_root makes no directories, and ${argument(context, "put_old")} (or ${argument(context, "new_root")}) is not there.`,
			try: 'Create it with mkdirSync first, or use "." for both after chdir(rootfs): then none is needed.',
			see: PIVOT_ERRORS,
		},
		{
			when: refused("pivot_root", "EINVAL"),
			diagnosis: "pivot-invalid",
			misconception: 5,
			why: "EINVAL has many causes. Possible causes: new_root is no mount point, it or its parent is shared, put_old is not below it, or the current root is itself no mount point.",
			try: "Read /proc/self/mountinfo just before the call.",
			see: PIVOT_ERRORS,
		},
		{
			when: refused("umount2", "EBUSY"),
			diagnosis: "old-root-busy",
			why: "The old root is in use: your program, its libraries and its /proc lie on it. A plain unmount waits for nobody; it refuses.",
			try: "Pass MNT_DETACH: it is taken out of the table at once, and cleaned up when the last user has gone.",
			see: ["umount2(2)"],
		},
		{
			when: refused("execve", "ENOENT"),
			diagnosis: "command-not-in-root",
			why: "The command, /bin/sh, is not to be found from the root that enterRoot left behind.",
			try: 'Look at what / is after enterRoot: readdirSync("/") tells.',
			see: ["execve(2)", "path_resolution(7)"],
		},
	],
});
