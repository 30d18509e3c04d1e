import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { isMountedOnHost, mountedOnHost, orderChanged, propagatedToHost, seenByHost } from "./bind.ts";
import { removalWaiting, secondWaiting } from "./named.ts";
import { pathsOf } from "./scenario.ts";

/** Explanations of calls that the kernel refuses. */

const argument = ({ thrown }: Context, name: string) => thrown?.syscall?.args[name] ?? "";
const flags = (context: Context) => argument(context, "mountflags").split("|");

/** Names of the inputs that are links in the image. */
const LINKED = ["linked", "linkedFile", "linkedHoard"];

const isKeptBusy = (context: Context) => refused("umount2", "EBUSY")(context) && seenByHost(context).length > 0;

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	removalWaiting,
	secondWaiting,
	{
		// Unknown bits are another cause of EINVAL. The list of calls shows such bits as a number.
		when: (context) =>
			refused("mount_setattr", "EINVAL")(context) && !/0x/.test(argument(context, "flags") + argument(context, "attr")),
		diagnosis: "attributes-of-no-mount",
		why: "The descriptor or path does not refer to a mount point. A descriptor that was opened before the bind mount refers to what the mount has covered: the directory of the image.",
		try: "Open the target again after mount, and pass that descriptor.",
		see: ["mount_setattr(2)", "mount(2), Creating a bind mount"],
	},
	{
		when: (context) => refused("mount", "EINVAL")(context) && flags(context).includes("MS_REMOUNT"),
		diagnosis: "remount-of-no-mount",
		why: (context) =>
			`${argument(context, "target")} is not a mount point. A descriptor that was opened before the bind mount refers to what the mount has covered, and so does its path in /proc/self/fd.`,
		try: "Open the target again after the bind mount. Or use mountSetattr, which also changes the mounts below.",
		see: ["mount(2), Remounting an existing mount", "mount_setattr(2)"],
	},
	{
		when: (context) =>
			refused("mount", "EBUSY")(context) &&
			flags(context).includes("MS_REMOUNT") &&
			!flags(context).includes("MS_BIND"),
		diagnosis: "file-system-read-only",
		why: "Without MS_BIND, MS_REMOUNT changes the file system, which is the same in all places where it is mounted. The kernel refuses this, because on the host a file there is open for writing. If the kernel had allowed it, the host could not write there any more.",
		try: "Change the mount alone: mountSetattr, or MS_REMOUNT | MS_BIND | MS_RDONLY.",
		see: ["mount(2), ERRORS", "mount_setattr(2)"],
	},
	{
		when: (context) => refused("mount", "ENOTDIR")(context) && !flags(context).includes("MS_BIND"),
		diagnosis: "tmpfs-on-a-file",
		why: (context) =>
			`${argument(context, "target")} is not a directory. Only a directory can be a mount point for a file system such as tmpfs; a file can only be covered by a bind mount of another file.`,
		try: "If source is null, make a directory as the target. If it is not, bind the source.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "ENOTDIR")(context),
		diagnosis: "bind-of-another-kind",
		why: (context) =>
			`A bind mount covers a file with a file, or a directory with a directory. ${argument(context, "source")} and ${argument(context, "target")} are not of the same kind.`,
		try: "Ask statSync(source).isDirectory(). For a file, make an empty file as the target.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT")(context) &&
			(flags(context).includes("MS_BIND") || argument(context, "filesystemtype") === '"tmpfs"'),
		diagnosis: "target-missing",
		why: (context) =>
			`${flags(context).includes("MS_BIND") ? `Either ${argument(context, "source")} or ` : ""}${argument(context, "target")} does not exist. The image need not have anything at the target, nor the directories above it. If a target is in an earlier volume of the list, it can be made only after that volume was mounted.`,
		try: "For each volume, make what is missing just before you mount.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: refused("openat2", "ENOENT"),
		diagnosis: "place-missing",
		why: (context) =>
			`There is no ${argument(context, "pathname")} below the directory where the path starts. The image need not have anything at the target.`,
		try: "Catch the exception. Open or make the directory above in the same way, make the last part below its descriptor, and open the target again.",
		see: ["openat2(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("openat2", "EXDEV", "ELOOP")(context) &&
			!LINKED.some((name) => argument(context, "pathname").includes(context.drawn[name] ?? "")),
		diagnosis: "path-refused",
		why: (context) =>
			`openat2 refused the path ${argument(context, "pathname")} with ${argument(context, "how")}. No part of it is a link in the image. RESOLVE_BENEATH refuses every path that begins with a slash. RESOLVE_NO_XDEV refuses every path that leads to another mount.`,
		try: "With RESOLVE_IN_ROOT alone, a path that begins with a slash begins at the descriptor's directory.",
		see: ["openat2(2)"],
	},
	{
		when: refused("openat2", "EXDEV", "ELOOP"),
		diagnosis: "link-refused",
		why: (context) =>
			`openat2 refused the path ${argument(context, "pathname")} with ${argument(context, "how")}. The target is a link in the image, or leads through one. That is allowed: for the container, it leads to another place of the image.`,
		try: "RESOLVE_IN_ROOT follows links, and takes the descriptor's directory as the root for them.",
		see: ["openat2(2)"],
	},
	{
		when: ({ thrown, drawn }) =>
			thrown !== null &&
			thrown.syscall === undefined &&
			!/^(E[A-Z]+:|Command failed|spawn)|returned E[A-Z]+/.test(thrown.message) &&
			LINKED.some((name) => thrown.message.includes(drawn[name] ?? "")),
		diagnosis: "link-refused",
		why: "Your code threw this exception for a target that is a link in the image. A link is allowed there: for the container, it leads to another place of the image.",
		try: "Do not refuse the link: resolve it below the container's root, with openat2 and RESOLVE_IN_ROOT. The volume belongs where it leads.",
		see: ["openat2(2)"],
	},
	// The engine takes along what mountVolumes has mounted, and cannot open a mount that another one covers.
	{
		...orderChanged,
		when: (context) =>
			refused("open_tree", "ENOENT")(context) &&
			argument(context, "pathname").endsWith(`/${pathsOf(context.drawn).nested}"`),
	},
	// Volumes that the host sees are mounted below the container's overlay. So the engine cannot unmount the overlay.
	{ ...mountedOnHost, when: (context) => isKeptBusy(context) && isMountedOnHost(context) },
	{ ...propagatedToHost, when: isKeptBusy },
	{
		when: (context) => refused("umount2", "EBUSY")(context) && context.process === null,
		diagnosis: "exception-hidden",
		why: "The container's command did not start, because useVolume or mountVolumes threw an exception. Then the engine could not unmount the container's overlay: useVolume has opened a file or directory in it, which is still open, or has made it the working directory. This second exception hides the first.",
		try: "Close each descriptor in a finally block, and do not change the working directory. Then this report shows the first exception.",
		see: ["umount2(2), ERRORS"],
	},
	{
		when: refused("umount2", "EBUSY"),
		diagnosis: "root-left-open",
		why: "The engine could not unmount the container's overlay at the end, because a file or directory in it is still open in the engine, or is its working directory: useVolume runs there. The container's init has inherited it as well.",
		try: "Close each descriptor that useVolume opens, except the one that it returns; also if something fails. Do not change the working directory.",
		see: ["umount2(2), ERRORS", "proc_pid_fd(5)"],
	},
];
