import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { kernelLog, OVERLAYFS } from "./facts.ts";
import { mountedOverLayer } from "./layer-rules.ts";
import { inTheWay, oneOfTwo } from "./mounts.ts";

/**
 * Explanations of calls that the kernel refuses before there is an overlay. mount(2) returns one errno for a dozen
 * reasons. overlayfs logs the actual reason, and these explanations read that log.
 */

const SAYS = "The kernel's log says";

/** The last line of the kernel's log about overlays that matches. */
const logged = (context: Context, pattern: RegExp) =>
	kernelLog(context.observation).findLast((line) => pattern.test(line));

/** Whether mount was refused with this error, and the log has such a line. */
const refusedWith = (code: string, pattern: RegExp) => (context: Context) =>
	refused("mount", code)(context) && logged(context, pattern) !== undefined;

/** An explanation that quotes the line of the log. */
const saying = (pattern: RegExp, meaning: string) => (context: Context) =>
	`${SAYS}: "${logged(context, pattern)}". ${meaning}`;

const OTHER_MOUNT = /must reside under the same mount/;
const SEPARATE = /must be separate subtrees/;
const NO_WORKDIR = /missing 'workdir'/;
const UPPER_FS = /not supported as upperdir|is read-only/;
const UNKNOWN_LAYER = /Unknown parameter '\//;
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
		why: saying(
			OTHER_MOUNT,
			"A file is made ready in workdir and then renamed into upperdir, so that nobody ever sees half of it; and a rename never crosses mounts.",
		),
		try: "Make both in dir: upperdir=DIR/upper,workdir=DIR/work.",
		see: [OVERLAYFS, "rename(2), ERRORS, EXDEV"],
	},
	{
		when: refusedWith("EINVAL", SEPARATE),
		diagnosis: "workdir-inside-upperdir",
		why: saying(
			SEPARATE,
			"What lies in upperdir is seen in the container, and the kernel's half-made files must not be: so neither may lie in the other, and they may not be one.",
		),
		try: "Make two directories, side by side.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", NO_WORKDIR),
		diagnosis: "workdir-not-given",
		why: saying(
			NO_WORKDIR,
			"Where there is an upperdir, the kernel needs an empty directory beside it for its own work.",
		),
		try: "Add workdir=DIR/work to the options.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", UPPER_FS),
		diagnosis: "upper-not-supported",
		misconception: 13,
		why: saying(
			UPPER_FS,
			"upperdir has to be on a file system that is writable and can hold whiteouts and trusted extended attributes. Another overlay cannot: it needs them for itself.",
		),
		try: "Make upper and work in dir, which is on a tmpfs, and not in something that is already merged.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", UNKNOWN_LAYER),
		diagnosis: "layers-joined-by-commas",
		why: saying(UNKNOWN_LAYER, "A comma ends an option, so the second layer was taken for an option of its own."),
		try: 'Join the layers with a colon: lowerdirs.join(":").',
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EINVAL", UNKNOWN),
		diagnosis: "unknown-option",
		why: saying(UNKNOWN, "Options are compared letter by letter; a space before one belongs to its name."),
		try: "Write lowerdir=A:B,upperdir=C,workdir=D, without any space.",
		see: [OVERLAYFS, "mount(8), Mount options for overlay"],
	},
	{
		when: refusedWith("EINVAL", TOO_FEW),
		diagnosis: "one-layer-and-no-upper",
		why: saying(TOO_FEW, "With one layer, and no upperdir over it, there is nothing to merge."),
		try: "Give all of lowerdirs, and upperdir and workdir.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("ENOENT", UNRESOLVED),
		diagnosis: "directory-not-there",
		why: saying(
			UNRESOLVED,
			"mount makes no directories: all that stands in the options has to be there. Between two layers stands a colon; anything else is taken for a part of the name.",
		),
		try: "Make upper and work with mkdirSync first, and look at the path above letter by letter.",
		see: [OVERLAYFS, "mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT")(context) &&
			context.thrown?.syscall?.args["filesystemtype"]?.includes("overlay") === true,
		diagnosis: "merged-not-there",
		why: ({ thrown }) =>
			`The kernel's log has no word of overlayfs about a directory that it could not find. The place to mount on is looked for first: ${thrown?.syscall?.args["target"]}.`,
		try: "Make it with mkdirSync first.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: refusedWith("ELOOP", OVERLAPPING),
		diagnosis: "layer-used-twice",
		why: saying(
			OVERLAPPING,
			"A directory has one role: upperdir and workdir may not be a lower layer, nor lie above one. ELOOP usually speaks of symbolic links; here it means that one directory would lie over itself.",
		),
		try: "Make upper and work in dir, away from the layers, and name each layer once.",
		see: [OVERLAYFS],
	},
	{
		when: refusedWith("EBUSY", IN_USE),
		diagnosis: "upper-in-use",
		misconception: 13,
		why: saying(
			IN_USE,
			"The second container has it: an upperdir belongs to one mount. Without the option index the kernel would have mounted it, warned in its log, and let the two corrupt each other.",
		),
		try: "Make upper and work in dir, which each container has for itself.",
		see: [OVERLAYFS],
	},
	{
		when: refused("mount", "ENODEV"),
		diagnosis: "unknown-fstype",
		why: ({ thrown }) =>
			`The kernel knows no file system ${thrown?.syscall?.args["filesystemtype"]}: /proc/filesystems lists those that it does.`,
		try: 'Its name is "overlay".',
		see: ["mount(2), ERRORS", "proc_filesystems(5)"],
	},
	{
		when: refused("umount2", "EBUSY"),
		diagnosis: "merged-busy",
		misconception: 17,
		why: "A plain unmount refuses what is in use: an open file, a current directory, or a mount below. The command has ended, so what still uses it is the engine itself, or another mount.",
		try: "Look for chdir, for files that are still open, and for what else was mounted inside; undo it first.",
		see: ["umount2(2), ERRORS"],
	},
	{
		when: refused("umount2", "EINVAL"),
		diagnosis: "not-mounted-there",
		misconception: 17,
		why: ({ thrown }) =>
			`${thrown?.syscall?.args["target"]} is no mount point: no line of /proc/self/mountinfo has it. The overlay is mounted on merged only; upper and work are plain directories.`,
		try: "umount2(merged, 0), once.",
		see: ["umount2(2), ERRORS"],
	},
	...inTheWay,
	{
		when: ({ thrown }) => /^ENOTEMPTY/.test(thrown?.message ?? ""),
		diagnosis: "work-not-empty",
		misconception: 17,
		why: "rmdir takes empty directories only. Possible causes: upper holds what the container wrote, and in work the kernel has made a directory of its own, which it leaves there.",
		try: "rmSync(dir, { recursive: true }), after umount2.",
		see: ["rmdir(2), ERRORS"],
	},
	{
		when: ({ ledger }) => ledger.some(({ call, error }) => call === "execve" && error === "ENOENT"),
		diagnosis: "command-not-in-root",
		why: "execve gave ENOENT: there is no /bin/sh in the directory that was given back as merged. It is in the last of the layers.",
		try: "Give the kernel all of lowerdirs, and give back the directory that the overlay is mounted on.",
		see: ["execve(2), ERRORS"],
	},
];
