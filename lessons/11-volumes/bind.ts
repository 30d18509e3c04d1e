import {
	type Context,
	type Explanation,
	FAILED_START,
	type FactRule,
	type LedgerCall,
} from "../../harness/judge/index.ts";
import { NOT_RUN, valuesOf } from "./facts.ts";
import { pathsOf } from "./scenario.ts";

/** The rules about bind mounts, tmpfs and read-only mounts, and about mounts that the host sees. */

/** Whether the directory is not mounted at its target. Then the fact `bind.directory` reports that. */
const isNotMounted = ({ facts }: Context) => facts["bind.directory"] !== "the host's";

/** Successful calls of mount(2) with all of `flags`, and with none of `without`. */
const mounted = ({ ledger }: Context, flags: string[], without: string[] = []) =>
	ledger.filter(({ call, args, error }: LedgerCall) => {
		const given = args["mountflags"]?.split("|") ?? [];
		const fits = flags.every((flag) => given.includes(flag)) && !without.some((flag) => given.includes(flag));
		return call === "mount" && error === undefined && fits;
	});

/** The same, for bind mounts of the directory that three volumes have as their source. */
const boundSource = (context: Context, without: string[] = []) =>
	mounted(context, ["MS_BIND"], without).filter(
		({ args }) => args["source"] === JSON.stringify(pathsOf(context.drawn).source),
	);

/**
 * Whether the first volume was mounted in the host's mount namespace, because the process that mounted it had not made
 * a namespace of its own yet. If a program such as mount(8) mounted it, whether mountVolumes made no namespace at all.
 */
export function isMountedOnHost({ ledger }: Context): boolean {
	const isUnshare = ({ call, args, error }: LedgerCall) =>
		call === "unshare" && error === undefined && args["flags"]?.includes("CLONE_NEWNS") === true;
	// After mountVolumes, the engine makes a mount namespace, and then opens each mount that is below rootfs.
	const taken = ledger.findIndex(
		({ call, args }) => call === "open_tree" && args["pathname"]?.startsWith('"/run/box/') === true,
	);
	const own = taken === -1 ? ledger : ledger.slice(0, ledger.slice(0, taken).findLastIndex(isUnshare));
	const first = own.find(
		({ call, args, error }) =>
			error === undefined &&
			(call === "move_mount" || (call === "mount" && args["mountflags"]?.split("|").includes("MS_BIND"))),
	);
	if (first === undefined) return !own.some(isUnshare);
	return !own.slice(0, own.indexOf(first)).some((call) => isUnshare(call) && isInherited(own, call, first.task));
}

/** Whether a process has the namespace that this call made: it made the call itself, or was forked after the call. */
function isInherited(ledger: readonly LedgerCall[], unshare: LedgerCall, task: string): boolean {
	if (unshare.task === task) return true;
	if (!task.startsWith(`${unshare.task}.`)) return false;
	// The first child of the task "1" is "1.1", the second "1.2".
	const child = Number(task.slice(unshare.task.length + 1).split(".")[0]);
	const forks = ledger.filter(({ task: parent, call }) => parent === unshare.task && call === "fork");
	const fork = forks[child - 1];
	return fork !== undefined && ledger.indexOf(unshare) < ledger.indexOf(fork);
}

/** Whether the command's mount table has a mount on exactly this path. */
const isMountPoint = ({ process }: Context, place: string) =>
	process?.mounts.some(({ mountPoint }) => mountPoint === place) === true;
const isReadOnlyMounted = (context: Context) => isMountPoint(context, `/${pathsOf(context.drawn).readOnly}`);
const isSubMounted = (context: Context) =>
	isMountPoint(context, `/${pathsOf(context.drawn).readOnly}/${context.drawn["sub"]}`);
/** Whether all wrong places of the read-only volume are below its top directory. */
const isOnlyBelow = (context: Context) =>
	valuesOf(context, "read-only.writable").every((place) => /^\/[^/]+\/./.test(place));

/** Mount points of volumes that the host has in its mount table. */
export const seenByHost = (context: Context): string[] => valuesOf(context, "host.volumes");

export const mountedOnHost: Explanation = {
	when: isMountedOnHost,
	diagnosis: "mounted-on-the-host",
	misconception: 4,
	why: (context) =>
		`The host's mount table has these mounts: ${seenByHost(context).slice(0, 3).join(", ")}. mountVolumes runs in a process that is still in the host's mount namespace.`,
	try: "Start with unshare(CLONE_NEWNS), and make all mounts private, as in lesson 04.",
	see: ["mount_namespaces(7)", "unshare(2)"],
};

export const propagatedToHost: Explanation = {
	diagnosis: "propagated-to-the-host",
	misconception: 4,
	why: (context) =>
		`The host's mount table has these mounts: ${seenByHost(context).slice(0, 3).join(", ")}. They were made in another mount namespace, but below a mount that is shared with the host. A bind mount of a shared mount is shared, too: what the container mounts below it appears on the host.`,
	try: 'mount(null, "/", null, MS_REC | MS_PRIVATE, null), right after unshare and before the first bind mount.',
	see: ["mount_namespaces(7), SHARED SUBTREES"],
};

export const orderChanged: Explanation = {
	diagnosis: "order-changed",
	why: ({ drawn }) =>
		`The list has a tmpfs at /${pathsOf(drawn).scratch}, and after it a file at /${pathsOf(drawn).nested}. The host's file cannot be reached there. A mount covers everything that was at its place before, also other mounts.`,
	try: "For each volume, in the order of the list: make the target, and mount the volume. Only then make the next target.",
	see: ["mount(2)"],
};

export const bindRules: FactRule[] = [
	{
		fact: "host.volumes",
		madeOf: "kernel",
		what: "volumes that are mounted on the host",
		explain: [mountedOnHost, propagatedToHost],
	},
	{
		fact: "host.propagation.after",
		madeOf: "kernel",
		what: "mounts of the host whose propagation has changed",
		followsFrom: ["host.volumes"],
		explain: [
			{
				diagnosis: "host-made-private",
				misconception: 4,
				why: "mountVolumes begins in the host's mount namespace, and useVolume runs there. The propagation of these mounts was changed there: their lines in the host's mountinfo have lost or got shared:N. Other programs of the host rely on this propagation.",
				try: "First unshare(CLONE_NEWNS), then make the mounts private.",
				see: ["mount_namespaces(7), SHARED SUBTREES"],
			},
		],
	},
	{
		fact: "bind.directory",
		madeOf: "kernel",
		what: "what the command sees at the target of a directory",
		followsFrom: [FAILED_START],
		explain: [
			{
				when: ({ facts }) => facts["bind.directory"] === "a copy",
				diagnosis: "directory-copied",
				why: "The command sees a file with the right content, but its inode is not the one on the host. So the file is a copy: the container does not see later changes of the host, and the host does not see the container's.",
				try: "mount(source, path, null, MS_BIND | MS_REC, null)",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				when: (context) => boundSource(context).length > 0,
				diagnosis: "directory-mounted-elsewhere",
				why: "The directory was bound, but the command does not find the directory's files at the target. Only mounts below rootfs come into the container. A later mount covers an earlier one in the same place.",
				try: "Bind each source to its own target below rootfs.",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				diagnosis: "directory-not-mounted",
				why: "The command does not find the directory's files at the target.",
				try: "For each volume, make the target below rootfs, and mount(source, path, null, MS_BIND | MS_REC, null).",
				see: ["mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "bind.writes",
		madeOf: "kernel",
		what: "changes in a volume that the other side sees, host or container",
		accept: (_, context) => isNotMounted(context),
		explain: [
			{
				when: ({ process, drawn }) =>
					process?.mounts
						.findLast(({ mountPoint }) => mountPoint === `/${pathsOf(drawn).writable}`)
						?.flags.split(",")
						.includes("ro") === true,
				diagnosis: "all-read-only",
				why: "The command tried to write a file in a volume that was asked for without readOnly, and the host does not have the file. The volume's mount is read-only: its line in the command's mount table has ro.",
				try: "Make a mount read-only only if readOnly is true, and only the volume's own mount and those below it.",
				see: ["mount_setattr(2)"],
			},
			{
				diagnosis: "writes-hidden",
				why: "A write on one side is not seen on the other. Possible causes: another file system, such as an overlay, lies between the container and the host's directory; the directory's file system itself has become read-only.",
				try: "Bind the directory itself: mount(source, path, null, MS_BIND | MS_REC, null).",
				see: ["mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "bind.sub",
		madeOf: "kernel",
		what: "a file on another file system that is mounted below the directory",
		accept: (_, context) => isNotMounted(context),
		explain: [
			{
				when: (context) => boundSource(context, ["MS_REC", "MS_REMOUNT"]).length > 0,
				diagnosis: "bind-not-recursive",
				why: "On the host, another file system is mounted on a subdirectory. The command sees the empty directory below it. Without MS_REC, a bind mount copies one mount, without the mounts below it.",
				try: "MS_BIND | MS_REC",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				diagnosis: "sub-mount-missing",
				why: "On the host, another file system is mounted on a subdirectory. The command does not see it. Possible causes: the directory was bound without the mounts below it; something has unmounted or covered it in the container.",
				try: "Bind the directory with all mounts below it, and mount nothing else there. That is MS_REC for mount, AT_RECURSIVE for open_tree, --rbind for mount(8).",
				see: ["mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "bind.file",
		madeOf: "kernel",
		what: "what the command sees at the target of a single file",
		explain: [
			{
				when: ({ facts }) => facts["bind.file"] === "a copy",
				diagnosis: "file-copied",
				why: "The command sees a file with the right content, but its inode is not the one on the host. So the file is a copy.",
				try: "A file can be bound onto a file. Make an empty file first, if there is none: mount(source, path, null, MS_BIND, null).",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				diagnosis: "file-not-mounted",
				why: "The command does not find the host's file at the target.",
				try: "A file can be bound onto a file: make an empty one, and the directories above it, then mount(source, path, null, MS_BIND, null).",
				see: ["mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "read-only.writable",
		madeOf: "kernel",
		what: "places of the read-only volume where the command can write",
		accept: (_, context) => isNotMounted(context),
		explain: [
			{
				when: (context) =>
					valuesOf(context, "read-only.writable").length > 1 &&
					isReadOnlyMounted(context) &&
					boundSource(context, ["MS_REMOUNT"]).some(({ args }) => args["mountflags"]?.split("|").includes("MS_RDONLY")),
				diagnosis: "bind-ignores-read-only",
				why: "mount was called with MS_BIND | MS_RDONLY, but the mount's flags in the command's mount table have no ro. A call that binds ignores all other flags, without an error.",
				try: "Make the bind mount first. Then set MOUNT_ATTR_RDONLY with mountSetattr.",
				see: ["mount(2), Creating a bind mount", "mount_setattr(2)"],
			},
			{
				when: (context) => isOnlyBelow(context) && !isSubMounted(context),
				diagnosis: "read-only-without-sub-mounts",
				followsFrom: ["bind.sub"],
				why: (context) =>
					`The volume itself is read-only. On the host, another file system is mounted below its source. In this volume, it is not there: nothing is mounted on ${valuesOf(context, "read-only.writable").join(", ")}. A read-only volume has all mounts below its source, too.`,
				try: "Bind the source with MS_REC whether the volume is read-only or not. Then set MOUNT_ATTR_RDONLY with AT_RECURSIVE.",
				see: ["mount(2), Creating a bind mount", "mount_setattr(2)"],
			},
			{
				when: isOnlyBelow,
				diagnosis: "sub-mounts-writable",
				why: (context) =>
					`The volume itself is read-only. Another file system is mounted below it, and that one is writable: ${valuesOf(context, "read-only.writable").join(", ")}. Flags belong to one mount. MS_REMOUNT changes one mount, even if MS_REC is given.`,
				try: 'mountSetattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, { attrSet: MOUNT_ATTR_RDONLY })',
				see: ["mount(2), Remounting an existing mount", "mount_setattr(2)"],
			},
			{
				diagnosis: "read-only-forgotten",
				why: (context) =>
					`In a volume that was asked for with readOnly, the command can write at these places, or nothing is mounted there: ${valuesOf(context, "read-only.writable").join(", ")}. The flags of mounts are in the command's mount table.`,
				try: "After the bind mount, open the target again, and set MOUNT_ATTR_RDONLY with AT_RECURSIVE.",
				see: ["mount_setattr(2)"],
			},
		],
	},
	{
		fact: "read-only.file",
		madeOf: "kernel",
		what: "the mount of a single file that was asked for with readOnly",
		isConsequence: ({ facts }) => facts["read-only.file"] === NOT_RUN,
		accept: (_, { facts }) => facts["bind.file"] !== "the host's",
		followsFrom: ["read-only.writable"],
		explain: [
			{
				diagnosis: "file-writable",
				why: ({ drawn }) =>
					`In the second container, the file at /${drawn["sealed"]} was asked for with readOnly. The command's mount table has no mount with ro there. A container that may write there changes the host's file.`,
				try: "Make each volume read-only if readOnly says so, whatever its source is.",
				see: ["mount_setattr(2)"],
			},
		],
	},
	{
		fact: "host.read-only",
		madeOf: "kernel",
		what: "mounts of the host that have become read-only",
		explain: [
			{
				diagnosis: "file-system-read-only",
				why: (context) =>
					`On the host, these are read-only now: ${valuesOf(context, "host.read-only").join(", ")}. Possible causes: MS_REMOUNT without MS_BIND, which changes the file system, and that is the same in all places where it is mounted; flags of the source's own mount that were changed in the host's mount namespace.`,
				try: "Change the volume's mount alone: mountSetattr, or MS_REMOUNT | MS_BIND | MS_RDONLY. Do so in a mount namespace of the container's own.",
				see: ["mount(2), Remounting an existing mount", "mount_setattr(2)"],
			},
		],
	},
	{
		fact: "tmpfs",
		madeOf: "kernel",
		what: "what is wrong with the tmpfs",
		explain: [
			{
				when: ({ facts }) => [facts["tmpfs"] ?? []].flat().every((flaw) => String(flaw).startsWith("without")),
				diagnosis: "tmpfs-open",
				why: ({ facts }) =>
					`The tmpfs is mounted ${[facts["tmpfs"] ?? []].flat().join(" and ")}. The container's programs write there, so setuid files and devices there should do nothing.`,
				try: 'mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, null)',
				see: ["mount(2)", "tmpfs(5)"],
			},
			{
				diagnosis: "tmpfs-missing",
				why: "For a volume whose source is null, no tmpfs of its own is mounted at the target.",
				try: 'mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, null)',
				see: ["mount(2)", "tmpfs(5)"],
			},
		],
	},
	{
		fact: "bind.nested",
		madeOf: "kernel",
		what: "what the command sees at a target in the tmpfs",
		followsFrom: ["bind.file", "tmpfs"],
		explain: [orderChanged],
	},
];
