import { type Context, commandRefused, type Explanation, refused } from "../../harness/judge/index.ts";
import { kernelLog, OVERLAYFS } from "./facts.ts";
import { mountedOverLayer } from "./layers.ts";
import { busyDirectories, oneOfTwo } from "./mounts.ts";

/**
 * Explanations of calls that the kernel refuses while an overlay is made or removed. mount(2) returns one errno for a
 * dozen reasons. overlayfs logs the actual reason, so the explanations of a refused mount quote that log.
 */

/** The last line of the kernel's log about overlays that matches. */
const logged = (context: Context, pattern: RegExp) =>
	kernelLog(context.observation).findLast((line) => pattern.test(line));

/** Whether mount was refused with this error, and the log has such a line. */
const refusedWith = (code: string, pattern: RegExp) => (context: Context) =>
	refused("mount", code)(context) && logged(context, pattern) !== undefined;

/** An explanation that quotes the line of the log. */
const withLog = (pattern: RegExp, meaning: string) => (context: Context) =>
	`The kernel's log says: "${logged(context, pattern)}". ${meaning}`;

const OTHER_MOUNT = /must reside under the same mount/;
const SEPARATE = /must be separate subtrees/;
const NO_WORKDIR = /missing 'workdir'/;
const UPPER_FS = /not supported as upperdir|is read-only/;
const UNKNOWN = /Unknown parameter/;
const UNRESOLVED = /failed to resolve/;
const OVERLAPPING = /conflicting|overlapping/;
const TOO_FEW = /at least 2 lowerdir are needed/;
const IN_USE = /is in-use/;

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		...mountedOverLayer,
		when: (context) => refused("mount", "EINVAL")(context) && mountedOverLayer.when?.(context) === true,
	},
	{ ...oneOfTwo, when: (context) => context.thrown !== null && oneOfTwo.when?.(context) === true },
	{
		when: refusedWith("EINVAL", OTHER_MOUNT),
		diagnosis: "workdir-on-another-mount",
		misconception: 13,
		why: withLog(
			OTHER_MOUNT,
			"The kernel prepares a file in workdir, and then renames it into upperdir, so that nobody ever sees half of a file. A rename cannot cross mounts.",
		),
		try: "Make both in dir: upperdir=DIR/upper,workdir=DIR/work.",
		see: [OVERLAYFS, "rename(2), ERRORS, EXDEV"],
	},
	{
		when: refusedWith("EINVAL", SEPARATE),
		diagnosis: "workdir-inside-upperdir",
		why: withLog(
			SEPARATE,
			"The container sees everything in upperdir, but must not see the kernel's half-finished files in workdir. So neither directory may be inside the other, and they may not be the same.",
		),
		try: "Make two directories, side by side: DIR/upper and DIR/work.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", NO_WORKDIR),
		diagnosis: "workdir-not-given",
		why: withLog(
			NO_WORKDIR,
			"With an upperdir, the kernel also needs an empty directory on the same mount, for its own work.",
		),
		try: "Add workdir=DIR/work to the options.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", UPPER_FS),
		diagnosis: "upper-not-supported",
		misconception: 13,
		why: withLog(
			UPPER_FS,
			"upperdir must be on a writable file system that can store whiteouts and trusted extended attributes. An overlay cannot store whiteouts, because it uses them itself.",
		),
		try: "Make upper and work in dir, which is on a tmpfs, and not in an overlay.",
		see: [OVERLAYFS],
	},
	{
		when: (context) =>
			refusedWith("EINVAL", UNKNOWN)(context) && /lowerdir=[^:,]+,\//.test(context.thrown?.syscall?.args["data"] ?? ""),
		diagnosis: "layers-joined-by-commas",
		why: withLog(UNKNOWN, "A comma ends an option, so the kernel took the second layer for another option."),
		try: 'Join the layers with a colon: lowerdirs.join(":").',
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", UNKNOWN),
		diagnosis: "unknown-option",
		why: withLog(UNKNOWN, "The name of an option must match exactly. A space before the name is part of it."),
		try: "Write lowerdir=A:B,upperdir=C,workdir=D, without spaces.",
		see: [OVERLAYFS, "mount(8), Mount options for overlay"],
	},
	{
		when: refusedWith("EINVAL", TOO_FEW),
		diagnosis: "one-layer-and-no-upper",
		why: withLog(TOO_FEW, "With only one layer and no upperdir, there is nothing to merge."),
		try: "List all of lowerdirs, and add upperdir and workdir.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("ENOENT", UNRESOLVED),
		diagnosis: "directory-not-there",
		why: withLog(
			UNRESOLVED,
			"mount makes no directories, so every directory in the options must exist. A colon separates two layers. The kernel takes a space or a semicolon for a part of the path.",
		),
		try: "Make upper and work with mkdirSync first, and compare the path above with the directory that you mean.",
		see: [OVERLAYFS, "mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT")(context) &&
			context.thrown?.syscall?.args["filesystemtype"]?.includes("overlay") === true,
		diagnosis: "merged-not-there",
		why: ({ thrown }) =>
			`The kernel looks for the mount point before it looks for the layers. overlayfs has logged no missing directory, so the mount point is missing: ${thrown?.syscall?.args["target"]}.`,
		try: "Make the mount point with mkdirSync first.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: refusedWith("ELOOP", OVERLAPPING),
		diagnosis: "layer-used-twice",
		why: withLog(
			OVERLAPPING,
			"A directory can have only one role: upperdir and workdir may neither be a lower layer nor contain one. ELOOP is usually about symbolic links. Here it means that a directory would be on top of itself.",
		),
		try: "Make upper and work in dir, away from the layers, and list each layer once.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EBUSY", IN_USE),
		diagnosis: "upper-in-use",
		misconception: 13,
		why: withLog(
			IN_USE,
			"Another overlay uses this directory, and an upperdir belongs to one mount only. Without the mount option index, the kernel would only have warned in its log, and the two mounts would have corrupted each other's files.",
		),
		try: "Make upper and work in dir: each container has a dir of its own.",
		see: [OVERLAYFS],
	},
	{
		when: refused("mount", "ENODEV"),
		diagnosis: "unknown-fstype",
		why: ({ thrown }) =>
			`The kernel knows no file system called ${thrown?.syscall?.args["filesystemtype"]}. /proc/filesystems lists the file systems that it knows.`,
		try: 'An overlay has the file system type "overlay".',
		see: ["mount(2), ERRORS", "proc_filesystems(5)"],
	},
	{
		when: refused("umount2", "EBUSY"),
		diagnosis: "merged-busy",
		misconception: 17,
		why: "umount2 without flags fails as long as the mount is in use: by an open file, a current directory, or a mount below it. So something still uses it: the engine itself, another process, or another mount.",
		try: "Look for chdir, for files that are still open, and for other mounts inside. Undo these first.",
		see: ["umount2(2), ERRORS"],
	},
	{
		when: refused("umount2", "EINVAL"),
		diagnosis: "not-mounted-there",
		misconception: 17,
		why: ({ thrown }) =>
			`${thrown?.syscall?.args["target"]} is not a mount point, or no longer one. Possible causes: nothing was ever mounted on it; the kernel had refused the mount; or umount2 has removed the mount before.`,
		try: "Call umount2 once for each mount that your code has made. If that is only the overlay: umount2(merged, 0), once.",
		see: ["umount2(2), ERRORS"],
	},
	...busyDirectories,
	{
		when: ({ thrown }) => /^ENOTEMPTY/.test(thrown?.message ?? ""),
		diagnosis: "work-not-empty",
		misconception: 17,
		why: "rmdir removes only empty directories. Possible causes: upper holds what the container wrote, and work holds a directory that the kernel makes for itself and leaves there.",
		try: "Call rmSync(dir, { recursive: true }) after umount2.",
		see: ["rmdir(2), ERRORS"],
	},
	{
		when: commandRefused("ENOENT"),
		diagnosis: "command-not-in-root",
		why: "execve failed with ENOENT: the directory that mountOverlay returned as merged has no /bin/sh. The last of the layers has it.",
		try: "List all of lowerdirs in lowerdir, and return the directory that the overlay is mounted on.",
		see: ["execve(2), ERRORS"],
	},
];
