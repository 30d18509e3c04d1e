import {
	BOX,
	type Context,
	called,
	DURING,
	defineCheck,
	type Explanation,
	FAILED_START,
	type FactRule,
	type FactValue,
	hostFiles,
	type LedgerCall,
	mountsOfHost,
	noSecrets,
	type Observation,
	placeOnHost,
	processesLeft,
	secretsFound,
	secretsOf,
	unsharedInChild,
	writeSecrets,
} from "../../harness/judge/index.ts";
import { refusals } from "./refusals.ts";

const SHARED_SUBTREES = "mount_namespaces(7), SHARED SUBTREES";
const MAKE_PRIVATE = 'Call mount(null, "/", null, MS_REC | MS_PRIVATE, null) right after unshare(CLONE_NEWNS)';

/** Findings whose advice is to make all mounts private first. */
const MOUNTS_LEAK = ["host.mounts.during/mounts-leak", "host.mounts.after/mounts-leak"];

/** Whether the command's mounts include the host's root. */
function seesHostRoot({ observation: { before }, process }: Context): boolean {
	const root = before.mounts.filter(({ mountPoint }) => mountPoint === "/");
	return mountsOfHost(root, process?.mounts ?? []).length > 0;
}

/** Whether the module never left the host's mount namespace. Then it makes all its mounts on the host. */
const stayedOnHost = ({ facts, atThrow, observation }: Context) =>
	facts["ns.mnt"] === "the host's" || atThrow?.namespaces["mnt"] === observation.before.namespaces["mnt"];

/**
 * Two rules for something on the host that must not change: while the command runs, and after it has ended. If the
 * module never left the host's mount namespace, another finding reports that.
 * @param fact the facts' names, without `.during` and `.after`
 * @param followsFrom for both rules. The second rule follows from the first one's fact, too
 */
const hostUnchangedRules = (fact: string, what: string, followsFrom: string[], ...explain: Explanation[]): FactRule[] =>
	["during", "after"].map((when) => ({
		fact: `${fact}.${when}`,
		madeOf: "kernel",
		what: `${what}, ${when === "during" ? "while the command runs" : "after the command has ended"}`,
		accept: (_, context) => stayedOnHost(context),
		followsFrom: when === "during" ? followsFrom : [...followsFrom, `${fact}.during`],
		explain,
	}));

/** The index of the ledger's first unshare(CLONE_NEWNS) that succeeded; -1 if there is none. */
const unshareIndex = ({ ledger }: Context) =>
	ledger.findIndex(({ call, args, error }) => call === "unshare" && !error && args["flags"]?.includes("CLONE_NEWNS"));

/** The successful calls before the module's first unshare(CLONE_NEWNS); none if there is no such unshare. */
const callsBeforeUnshare = (context: Context) =>
	context.ledger.slice(0, Math.max(0, unshareIndex(context))).filter(({ error }) => !error);

/** Whether this call of mount mounts something. A call that changes only the propagation does not. */
const mountsSomething = ({ call, args }: LedgerCall) =>
	call === "mount" && !/^(MS_REC\|)?MS_(PRIVATE|SLAVE|SHARED|UNBINDABLE)$/.test(recursiveFirst(args["mountflags"]));

const makesAllPrivate = ({ call, args }: LedgerCall) =>
	call === "mount" &&
	args["target"] === '"/"' &&
	/^MS_REC\|MS_(PRIVATE|SLAVE)$/.test(recursiveFirst(args["mountflags"]));

/** Whether the module has mounted something after its first unshare(CLONE_NEWNS), and before it made all mounts private. */
function mountedWhileShared(context: Context): boolean {
	if (unshareIndex(context) < 0) return false;
	const calls = context.ledger.slice(unshareIndex(context)).filter(({ error }) => !error);
	const first = calls.find((call) => mountsSomething(call) || makesAllPrivate(call));
	return first !== undefined && mountsSomething(first);
}

// The same flags with MS_REC first, because the ledger may name them in any order.
const recursiveFirst = (flags = "") =>
	flags
		.split("|")
		.toSorted((a) => (a === "MS_REC" ? -1 : 1))
		.join("|");

/** Whether the host's root is still mounted in the namespace, although none of the command's paths leads there. */
const hostRootIsCovered = (context: Context) =>
	!seesHostRoot(context) && [context.facts["namespace.host"] ?? []].flat().includes("/");

/** For a command whose root only covers the old root. */
const oldRootCovered: Explanation = {
	diagnosis: "old-root-below",
	misconception: 6,
	why: "The host's root is still mounted in the command's mount namespace. The system call listmount lists it; /proc/PID/mountinfo does not, because no path of the command leads there. But a process inside can remove a mount that only covers the host's root, and can leave a chroot. For example: open /proc/self/ns/mnt, call umount2(\"/\", MNT_DETACH), and call setns with the open file. Then / is the mount that was covered.",
	try: "Change the root with pivotRoot, and detach the old one. Then the new root covers no other mount.",
	see: ["pivot_root(2)", "mount_namespaces(7)"],
};

/** The step that lists the directories of the rootfs, and of the directory that it was copied from. */
const LISTED_DIRECTORIES = "listed";

// Compares only what is there afterwards: a module may make a directory and remove it.
function directoriesLeft({ programs }: Observation, rootfs: string): string[] {
	const listed = (programs[LISTED_DIRECTORIES]?.stdout ?? "").split("\n");
	const below = (top: string) =>
		listed.filter((path) => path.startsWith(`${top}/`)).map((path) => path.slice(top.length));
	const original = below("/lab/rootfs");
	return below(rootfs).filter((path) => !original.includes(path));
}

/** Whether the command's root is still the host's. Another finding reports that. */
const rootUnchanged = (_: FactValue, { facts }: Context) => facts["command.root"] === "the host's";

export default defineCheck({
	module: "enter-root.ts",
	exported: "enterRoot",
	weight: 15,
	groups: [
		{ title: "a mount table of its own", points: 3, facts: ["ns.mnt"] },
		{
			title: "a root, and a current directory in it",
			points: 2,
			facts: ["command.root", "command.cwd"],
			onlyWith: ["a mount table of its own"],
		},
		{
			title: "a root with no way out",
			points: 6,
			facts: ["command.mounts.host", "command.secrets", "escape", "namespace.host"],
		},
		{
			title: "mounts that the host does not see",
			points: 3,
			facts: [
				...["command.mounts.peers", "host.mounts.during", "host.mounts.after", "host.propagation.during"],
				...["host.propagation.after", "host.unmounted.during", "host.unmounted.after"],
			],
			onlyWith: ["a mount table of its own"],
		},
	],
	lessonSummary:
		"chroot changes the directory at which paths start; pivot_root changes the root mount. Once the old root is detached, no path leads to the host's files, and the break-out of lesson 03 climbs only to the rootfs.",
	draw: (random) => ({
		hostname: random.hostname(),
		rootfs: `/lab/${random.name("rootfs")}`,
		marker: random.name("container"),
		secret: random.name("host-secret"),
	}),
	scenario: ({ hostname = "", rootfs = "", marker = "", secret = "" }) => ({
		does: `ran sh in ${rootfs}, with the hostname ${hostname}`,
		prepare: [
			{ do: "copy", from: "/lab/rootfs", to: rootfs },
			{ do: "write", path: `${rootfs}/${marker}`, text: "" },
			...writeSecrets(secret),
		],
		calls: { [BOX]: { options: { hostname, rootfs } } },
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "feed", call: BOX, last: true },
			{ do: "run", argv: ["find", "/lab/rootfs", rootfs, "-type", "d"], as: LISTED_DIRECTORIES },
		],
		readings: { breakOut: {}, places: { paths: [rootfs], secrets: secretsOf(secret) } },
	}),
	rootfs: ({ rootfs = "", marker = "" }) => ({ path: rootfs, marker }),
	derive: (observation, { rootfs = "", ...drawn }) => ({
		"rootfs.left": directoriesLeft(observation, rootfs),
		...secretsFound(observation, drawn["secret"] ?? ""),
	}),
	facts: [
		processesLeft("enterRoot"),
		{
			fact: "ns.mnt",
			madeOf: "kernel",
			what: "the command's mount namespace",
			followsFrom: [FAILED_START],
			explain: [
				unsharedInChild("CLONE_NEWNS"),
				{
					when: (context) => called(context, "pivot_root"),
					diagnosis: "host-pivoted",
					why: "/proc/PID/ns/mnt is the same link for the command and for the host's init. pivot_root changes the root of the mount namespace, and of every process in it whose root was the old one. So the host's own processes now have the rootfs as their root.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["pivot_root(2)", "mount_namespaces(7)"],
				},
				{
					when: ({ facts }) => facts["command.root"] === "the rootfs",
					diagnosis: "chroot-only",
					misconception: 6,
					why: "/proc/PID/ns/mnt is the host's. chroot changes only the directory at which this process's paths start. The process still has the host's mount table, with every mount in it.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["mount_namespaces(7)", "chroot(2), DESCRIPTION"],
				},
				{
					diagnosis: "mnt-shared",
					why: "/proc/PID/ns/mnt is the same link for the command and for the host's init. So every mount is made for both.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["mount_namespaces(7)", "unshare(2)"],
				},
			],
		},
		{
			fact: "command.root",
			madeOf: "kernel",
			what: "the command's root directory",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: ({ facts }) => facts["command.root"] !== "the host's",
					diagnosis: "root-elsewhere",
					why: ({ process, drawn }) =>
						`/proc/PID/root is not ${drawn["rootfs"]}. It contains ${process?.root.slice(0, 8).join(", ")}.`,
					try: "Use the parameter rootfs as the new root: each container has its own.",
					see: ["pivot_root(2)"],
				},
				{
					diagnosis: "root-unchanged",
					why: "The command's / is the host's: the root was never changed to the rootfs.",
					try: "Make rootfs a mount point, then call pivotRoot.",
					see: ["pivot_root(2)"],
				},
			],
		},
		...hostUnchangedRules(
			"host.mounts",
			"new mounts that the host sees",
			["ending/pivot-shared-propagation"],
			{
				when: (context) => callsBeforeUnshare(context).some(mountsSomething),
				diagnosis: "bound-on-host",
				why: "mount was called before unshare(CLONE_NEWNS), so it changed the host's own mount table. That mount does not end with the command's mount table. Nor does it end when its copy there is made private, and then unmounted.",
				try: "Call unshare(CLONE_NEWNS) first.",
				see: ["mount_namespaces(7)", "unshare(2)"],
			},
			{
				when: mountedWhileShared,
				diagnosis: "mounts-leak",
				misconception: 4,
				why: "A new mount namespace starts as a copy, and the copied mounts are peers of the originals (shared:N in /proc/self/mountinfo). A mount made below a shared mount also appears at all its peers, so the host got these mounts, too.",
				try: `${MAKE_PRIVATE}, before you mount anything.`,
				see: [SHARED_SUBTREES],
			},
			{
				diagnosis: "mounts-on-host",
				why: "These lines are new in the host's own mount table. Possible causes: they were mounted before unshare(CLONE_NEWNS), by a process outside the new namespace, or below a mount that was still shared with the host.",
				try: `Call unshare(CLONE_NEWNS) first. ${MAKE_PRIVATE}. Then mount.`,
				see: ["mount_namespaces(7)", SHARED_SUBTREES],
			},
		),
		{
			fact: "command.mounts.host",
			madeOf: "kernel",
			what: "the host's mounts in the command's /proc/PID/mountinfo",
			followsFrom: [FAILED_START],
			accept: rootUnchanged,
			explain: [
				{
					// A bind mount of "/" looks like the old root.
					when: (context) =>
						seesHostRoot(context) && called(context, "pivot_root") && !called(context, "mount", "MS_BIND", '"/"'),
					diagnosis: "old-root-attached",
					misconception: 6,
					why: "pivot_root does not remove the old root, but moves it to put_old. The old root is still mounted there, with all its files.",
					try: "After pivotRoot, call umount2(put_old, MNT_DETACH). MNT_DETACH is needed because the old root is busy: your own program's files are on it.",
					see: ["pivot_root(2)", "umount2(2)"],
				},
				{
					diagnosis: "host-mounts-visible",
					misconception: 6,
					why: ({ observation: { before }, process, drawn }) => {
						const seen = hostFiles(before.mounts, process?.mounts ?? [], drawn["rootfs"]);
						const places = seen.map((mount) => placeOnHost(before.mounts, mount)).join(", ");
						const devtmpfs = seen.some(({ fstype }) => fstype === "devtmpfs")
							? " There is only one devtmpfs: every mount of it shows the host's /dev."
							: "";
						return `In these lines of /proc/PID/mountinfo, files or directories of the host are mounted: ${places}. The command sees the host's files there; if it changes them, they change for the host.${devtmpfs}`;
					},
					try: "Do not mount files or directories of the host in the rootfs, and do not keep the host's mounts. The rootfs already has the devices that a command needs.",
					see: ["mount(2), Creating a bind mount"],
				},
			],
		},
		noSecrets,
		{
			fact: "command.mounts.peers",
			madeOf: "kernel",
			what: "mounts of the command that are peers of the host's",
			accept: (_, context) => stayedOnHost(context),
			followsFrom: MOUNTS_LEAK,
			explain: [
				{
					diagnosis: "propagation-shared",
					misconception: 4,
					why: "These lines of the command's mountinfo contain shared:N, and a mount of the host has the same N. So they are peers: a new mount below one of them also appears below the other. A bind mount of a shared mount joins its peer group.",
					try: `${MAKE_PRIVATE}. Without MS_REC, only "/" itself becomes private.`,
					see: [SHARED_SUBTREES],
				},
			],
		},
		{
			fact: "command.cwd",
			madeOf: "kernel",
			what: "the command's current directory",
			followsFrom: [FAILED_START],
			explain: [
				{
					diagnosis: "cwd-outside",
					misconception: 6,
					why: "The way up from /proc/PID/cwd does not pass /proc/PID/root: the current directory is still in the old tree. pivot_root changes a process's current directory only if it was the old root. From any other directory, relative paths still reach the host's files.",
					try: 'Call chdir("/") after pivotRoot.',
					see: ["pivot_root(2), DESCRIPTION", "chdir(2)"],
				},
			],
		},
		{
			fact: "escape",
			madeOf: "kernel",
			what: "attempts to get out of the command's root",
			accept: rootUnchanged,
			explain: [
				{
					// After pivot_root alone, only the old tree leads out. If the current directory or a mount is there, a
					// finding says so.
					when: (context) =>
						context.process?.escape?.climb === "" && called(context, "pivot_root") && !called(context, "chroot"),
					diagnosis: "escape-works",
					misconception: 6,
					followsFrom: ["command.mounts.host", "command.cwd"],
					why: 'From the command\'s current directory, chroot to another directory, and then chdir("..") up to the top, led to directories of the host. The old root can still be reached: it is mounted on the new root, or the current directory is in it.',
					try: 'Detach the old root, and then call chdir("/"). Then the top of the tree is the rootfs itself.',
					see: ["chroot(2), DESCRIPTION", "pivot_root(2)"],
				},
				{
					when: ({ process }) => process?.escape?.climb === "",
					diagnosis: "escape-works",
					misconception: 6,
					why: 'The break-out of lesson 03 works: chroot once more, without changing the current directory, and then chdir("..") up to the top. That led to directories of the host. A process that may call chroot can leave its chroot.',
					try: 'Make the rootfs the root with pivotRoot, detach the old root, and call chdir("/"). Then the top of the tree is the rootfs itself.',
					see: ["chroot(2), DESCRIPTION", "pivot_root(2)"],
				},
				oldRootCovered,
			],
		},
		{
			fact: "namespace.host",
			madeOf: "kernel",
			what: "directories of the host that are mounted in the command's mount namespace, also covered ones",
			accept: (got, context) => stayedOnHost(context) || rootUnchanged(got, context),
			followsFrom: ["command.mounts.host", "escape"],
			explain: [
				{ ...oldRootCovered, when: hostRootIsCovered },
				{
					diagnosis: "host-mounts-below",
					misconception: 6,
					why: ({ facts }) =>
						`The system call listmount lists these in the command's mount namespace: ${[facts["namespace.host"] ?? []].flat().join(", ")}. A process inside can reach them, even if no path leads there.`,
					try: "Detach the old root with all mounts on it: umount2(put_old, MNT_DETACH). And do not bind directories of the host.",
					see: ["pivot_root(2)", "umount2(2)"],
				},
			],
		},
		...hostUnchangedRules("host.propagation", "mounts of the host whose propagation was changed", [], {
			diagnosis: "host-made-private",
			why: "These mounts of the host were shared before, and are not shared now: their propagation was changed in the host's own mount namespace.",
			try: "Call unshare(CLONE_NEWNS) first, then change the propagation.",
			see: ["mount_namespaces(7)"],
		}),
		...hostUnchangedRules(
			"host.unmounted",
			"mounts that the host has lost",
			[...MOUNTS_LEAK, "command.mounts.peers"],
			{
				when: (context) => callsBeforeUnshare(context).some(({ call }) => call === "umount2"),
				diagnosis: "unmounted-on-host",
				why: "umount2 was called before unshare(CLONE_NEWNS), so it changed the host's own mount table.",
				try: "Call unshare(CLONE_NEWNS) first. Then you unmount the copies in a mount table of your own.",
				see: ["mount_namespaces(7)", "umount2(2)"],
			},
			{
				diagnosis: "host-unmounted",
				misconception: 4,
				why: "If a mount below a shared mount is unmounted, the kernel also unmounts it at all peers, and the host has such peers. MNT_DETACH unmounts the whole tree below a mount, and a part of this tree was still shared with the host.",
				try: `${MAKE_PRIVATE}. Without MS_REC, only "/" itself becomes private, and not the mounts below it.`,
				see: [SHARED_SUBTREES, "umount2(2)"],
			},
		),
		{
			fact: "rootfs.left",
			madeOf: "files",
			what: "new directories in the rootfs",
			explain: [
				{
					diagnosis: "directory-left",
					misconception: 17,
					why: "A container's mounts are gone with its mount namespace. But a directory that was made in the rootfs stays. The next container finds it there, and mkdir of the same name fails with EEXIST.",
					try: 'Remove the directory when nothing is mounted on it any more. For the old root, no directory is needed: call pivotRoot(".", ".").',
					see: ["pivot_root(2), NOTES"],
				},
			],
		},
	],
	exceptions: refusals,
});
