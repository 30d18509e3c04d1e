import {
	BOX,
	type Context,
	called,
	DURING,
	defineCheck,
	type Explanation,
	type FactRule,
	type FactValue,
	hostFiles,
	hostMounts,
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

/** Whether the command's mounts include the host's root. */
function seesHostRoot({ observation: { before }, process }: Context): boolean {
	const root = before.mounts.filter(({ mountPoint }) => mountPoint === "/");
	return hostMounts(root, process?.mounts ?? []).length > 0;
}

/** Whether the module never left the host's mount namespace. Then it makes all its mounts on the host. */
const neverLeft = ({ facts, atThrow, observation }: Context) =>
	facts["ns.mnt"] === "the host's" || atThrow?.namespaces["mnt"] === observation.before.namespaces["mnt"];

/**
 * Rules for things that must not change on the host. If the module never left the host, another finding reports that.
 */
const onHost = (fact: string, what: string, ...explain: Explanation[]): FactRule[] =>
	["during", "after"].map((when) => ({
		fact: `${fact}.${when}`,
		madeOf: "kernel",
		what: `${what}, ${when === "during" ? "while the command runs" : "after the command has ended"}`,
		accept: (_, context) => neverLeft(context),
		explain,
	}));

/** The index of the ledger's first unshare(CLONE_NEWNS); -1 if there is none. */
const leftAt = ({ ledger }: Context) =>
	ledger.findIndex(({ call, args, error }) => call === "unshare" && !error && args["flags"]?.includes("CLONE_NEWNS"));

/** Whether the module has made such a call before that unshare, and the kernel has carried it out. */
const madeBefore = (context: Context, call: string, ...words: string[]) =>
	called({ ledger: context.ledger.slice(0, Math.max(0, leftAt(context))) }, call, ...words);

/** Whether the module has mounted something after that unshare. A change of propagation mounts nothing. */
const mountedAfter = ({ ledger, ...context }: Context) =>
	leftAt({ ledger, ...context }) >= 0 &&
	ledger
		.slice(leftAt({ ledger, ...context }))
		.some(
			({ call, args, error }) =>
				call === "mount" &&
				!error &&
				!/^(MS_REC\|)?MS_(PRIVATE|SLAVE|SHARED|UNBINDABLE)$/.test(orderly(args["mountflags"])),
		);

const orderly = (flags = "") =>
	flags
		.split("|")
		.toSorted((a) => (a === "MS_REC" ? -1 : 1))
		.join("|");

/** Whether the host's root is still mounted in the namespace, although none of the command's paths leads there. */
const hidesHostRoot = (context: Context) =>
	!seesHostRoot(context) && [context.facts["namespace.host"] ?? []].flat().includes("/");

/** For a command whose root only covers the old root. */
const oldRootBelow: Explanation = {
	diagnosis: "old-root-below",
	misconception: 6,
	why: "The host's root is still mounted in the command's mount namespace: the system call listmount lists it, /proc/PID/mountinfo does not, as no path of the command's leads there. What only covers it, or a chroot that looks past it, can be undone from inside: keep /proc/self/ns/mnt open, umount2(\"/\", MNT_DETACH), setns back, and / is what lay below.",
	try: "Exchange the root with pivotRoot, and detach the old one: then nothing lies below.",
	see: ["pivot_root(2)", "mount_namespaces(7)"],
};

/** The step that lists the directories of the rootfs, and of the directory that it was copied from. */
const LISTED = "listed";

// Compares only what is there afterwards: a module may make a directory and remove it.
function directoriesLeft({ programs }: Observation, rootfs: string): string[] {
	const listed = (programs[LISTED]?.stdout ?? "").split("\n");
	const below = (top: string) =>
		listed.filter((path) => path.startsWith(`${top}/`)).map((path) => path.slice(top.length));
	const original = below("/lab/rootfs");
	return below(rootfs).filter((path) => !original.includes(path));
}

const rootUnchanged = (_: FactValue, { facts }: Context) => facts["command.root"] === "the host's";

export default defineCheck({
	module: "enter-root.ts",
	exported: "enterRoot",
	weight: 15,
	learnt:
		"chroot moves where paths start; pivot_root moves the mount that everything hangs from. With the old root detached there is no path back to the host's files, and the escape of lesson 03 finds nothing to climb to.",
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
			{ do: "run", argv: ["find", "/lab/rootfs", rootfs, "-type", "d"], as: LISTED },
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
			explain: [
				unsharedInChild("CLONE_NEWNS"),
				{
					when: (context) => called(context, "pivot_root"),
					diagnosis: "host-pivoted",
					why: "/proc/PID/ns/mnt is the same link for the command and for the host's init. pivot_root works on the mount namespace, and moves every process in it whose root was the old one: the host itself now lives in the rootfs.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["pivot_root(2)", "mount_namespaces(7)"],
				},
				{
					when: ({ facts }) => facts["command.root"] === "the rootfs",
					diagnosis: "chroot-only",
					misconception: 6,
					why: "/proc/PID/ns/mnt is the host's. chroot only moves where this process's paths start; the mount table, and every mount in it, is still shared with the host.",
					try: "Start with unshare(CLONE_NEWNS).",
					see: ["mount_namespaces(7)", "chroot(2), DESCRIPTION"],
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
			madeOf: "kernel",
			what: "the command's root directory",
			explain: [
				{
					when: ({ facts }) => facts["command.root"] !== "the host's",
					diagnosis: "root-elsewhere",
					why: ({ process, drawn }) =>
						`/proc/PID/root is another directory than ${drawn["rootfs"]}. In it are ${process?.root.slice(0, 8).join(", ")}.`,
					try: "Make the parameter, rootfs, the root: each container has another one.",
					see: ["pivot_root(2)"],
				},
				{
					diagnosis: "root-unchanged",
					why: "The command's / is the host's: its root was never moved to the rootfs.",
					try: "Make rootfs a mount point, then call pivotRoot.",
					see: ["pivot_root(2)"],
				},
			],
		},
		...onHost(
			"host.mounts",
			"new mounts that the host sees",
			{
				when: (context) => madeBefore(context, "mount", "MS_BIND"),
				diagnosis: "bound-on-host",
				why: "mount came before unshare(CLONE_NEWNS): it was made in the host's own mount table, and stays there when the command's is gone. What is made private or unmounted in the copy afterwards does not change that.",
				try: "Call unshare(CLONE_NEWNS) first of all.",
				see: ["mount_namespaces(7)", "unshare(2)"],
			},
			{
				when: mountedAfter,
				diagnosis: "mounts-leak",
				misconception: 4,
				why: "A new mount namespace is a copy, and its mounts are peers of the originals (shared:N in /proc/self/mountinfo). Mounting below a shared mount mounts on all its peers, so the host got these too.",
				try: `${MAKE_PRIVATE}, before anything is mounted.`,
				see: [SHARED_SUBTREES],
			},
			{
				diagnosis: "mounts-on-host",
				why: "These lines are new in the host's own mount table. Possible causes: a program made the mount before unshare(CLONE_NEWNS), or in a process that was never in the new namespace; or a program made it below a mount that was still shared with the host.",
				try: `Call unshare(CLONE_NEWNS) first of all. ${MAKE_PRIVATE}. Then mount.`,
				see: ["mount_namespaces(7)", SHARED_SUBTREES],
			},
		),
		{
			fact: "command.mounts.host",
			madeOf: "kernel",
			what: "the host's mounts in the command's /proc/PID/mountinfo",
			accept: rootUnchanged,
			explain: [
				{
					when: (context) => seesHostRoot(context) && called(context, "pivot_root"),
					diagnosis: "old-root-attached",
					misconception: 6,
					why: "pivot_root does not remove the old root; it moves it to put_old. It is still mounted there, with everything on it, for whoever looks.",
					try: "After pivotRoot: umount2(put_old, MNT_DETACH). MNT_DETACH, because the old root is busy: your own program lies on it.",
					see: ["pivot_root(2)", "umount2(2)"],
				},
				{
					diagnosis: "host-mounts-visible",
					misconception: 6,
					why: ({ observation: { before }, process, drawn }) =>
						`These lines of /proc/PID/mountinfo show directories of the host: ${hostFiles(
							before.mounts,
							process?.mounts ?? [],
							drawn["rootfs"],
						)
							.map((mount) => placeOnHost(before.mounts, mount))
							.join(
								", ",
							)}. What the command finds there is the host's, and what it changes there is changed for the host.`,
					try: "Bind nothing of the host's into the rootfs, and take nothing of it along. The devices that a command needs are in the rootfs already.",
					see: ["mount(2), Creating a bind mount"],
				},
			],
		},
		noSecrets,
		{
			fact: "command.mounts.peers",
			madeOf: "kernel",
			what: "mounts of the command that are peers of the host's",
			accept: (_, context) => neverLeft(context),
			explain: [
				{
					diagnosis: "propagation-shared",
					misconception: 4,
					why: "These lines of the command's mountinfo say shared:N, and a mount of the host has the same N: what is mounted there from now on appears at every peer, and the other way round. A bind mount of a shared mount joins its peer group.",
					try: `${MAKE_PRIVATE}; without MS_REC only "/" itself changes.`,
					see: [SHARED_SUBTREES],
				},
			],
		},
		{
			fact: "command.cwd",
			madeOf: "kernel",
			what: "the command's current directory",
			explain: [
				{
					diagnosis: "cwd-outside",
					misconception: 6,
					why: "Walking up from /proc/PID/cwd never meets /proc/PID/root: the current directory is still in the old tree. pivot_root moves a current directory only if it was the old root itself; from any other, a relative path still reaches the host.",
					try: 'Call chdir("/") after pivotRoot.',
					see: ["pivot_root(2), DESCRIPTION", "chdir(2)"],
				},
			],
		},
		{
			fact: "escape",
			madeOf: "kernel",
			what: "ways out of the command's root, tried from its place",
			accept: rootUnchanged,
			explain: [
				{
					when: ({ process }) => process?.escape?.climb === "",
					diagnosis: "escape-works",
					misconception: 6,
					why: 'The break-out of lesson 03 works: chroot once more, with the current directory left where it is, then chdir("..") as far as it goes. That led to directories of the host. A chroot ends where the caller\'s own next chroot begins.',
					try: "pivotRoot onto the rootfs, detach the old root, and chdir into the new one: then the top of the tree is the rootfs itself.",
					see: ["chroot(2), DESCRIPTION", "pivot_root(2)"],
				},
				oldRootBelow,
			],
		},
		{
			fact: "namespace.host",
			madeOf: "kernel",
			what: "directories of the host that are mounted in the command's mount namespace, covered ones too",
			accept: (got, context) => neverLeft(context) || rootUnchanged(got, context),
			explain: [
				{ ...oldRootBelow, when: hidesHostRoot },
				{
					diagnosis: "host-mounts-below",
					misconception: 6,
					why: ({ facts }) =>
						`The system call listmount lists these in the command's mount namespace: ${[facts["namespace.host"] ?? []].flat().join(", ")}. Whether a path of the command's leads there or not: what is mounted can be reached from inside.`,
					try: "Detach the old root with all that is mounted on it: umount2(put_old, MNT_DETACH). And bind nothing of the host's.",
					see: ["pivot_root(2)", "umount2(2)"],
				},
			],
		},
		...onHost("host.propagation", "mounts of the host whose propagation was changed", {
			diagnosis: "host-made-private",
			why: "These mounts of the host were shared before and are not now: the change of propagation was made in the host's own mount namespace.",
			try: "Call unshare(CLONE_NEWNS) first, then change the propagation.",
			see: ["mount_namespaces(7)"],
		}),
		...onHost("host.unmounted", "mounts that the host has lost", {
			diagnosis: "host-unmounted",
			misconception: 4,
			why: "Unmounting below a shared mount unmounts at all its peers, and the host is one. MNT_DETACH unmounts the whole tree below the old root, and these lay on mounts that were still shared.",
			try: `${MAKE_PRIVATE}. With MS_REC: without it, only "/" itself is private, not what is mounted below it.`,
			see: [SHARED_SUBTREES, "umount2(2)"],
		}),
		{
			fact: "rootfs.left",
			madeOf: "files",
			what: "directories that are in the rootfs now, and were not before",
			explain: [
				{
					diagnosis: "directory-left",
					misconception: 17,
					why: "The command has ended, and its mounts have gone with its namespace; what was made in the rootfs itself has not. The next container finds it in its /, and a second mkdir of it is refused with EEXIST.",
					try: 'Remove it once nothing is mounted on it any more; or do without: pivotRoot(".", ".") needs no directory.',
					see: ["pivot_root(2), NOTES"],
				},
			],
		},
	],
	exceptions: refusals,
});
