import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { MASKED, READ_ONLY } from "./facts.ts";

/** Explanations of calls that the kernel refuses. */

const pathIn = ({ thrown }: Context, name: string) => {
	const shown = thrown?.syscall?.args[name] ?? "NULL";
	return shown === "NULL" ? "" : (JSON.parse(shown) as string);
};
const source = (context: Context) => pathIn(context, "source");
const target = (context: Context) => pathIn(context, "target");
const hasFlag = ({ thrown }: Context, flag: string) =>
	thrown?.syscall?.args["mountflags"]?.split("|").includes(flag) === true;
const isBelow = (context: Context, ...tops: string[]) => tops.some((top) => target(context).startsWith(`${top}/`));
/** Whether a call of mount(2) on exactly this path has succeeded. */
const isMounted = ({ ledger }: Context, path: string) =>
	ledger.some(
		({ call, args, error }) => call === "mount" && error === undefined && args["target"] === JSON.stringify(path),
	);
/** Whether the target is one of the listed paths that this kernel has. */
const isInThisKernel = (context: Context) => [...READ_ONLY, ...MASKED].includes(target(context));

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: refused("mknod", "EEXIST"),
		diagnosis: "device-exists",
		why: ({ thrown }) =>
			`${thrown?.syscall?.args["pathname"]} exists already. Possible causes: the image has brought it; a devtmpfs is mounted there, which has all devices of the host; it was made twice. Neither the image nor the host may decide which devices a container gets.`,
		try: "First mount a tmpfs on /dev: it is empty, and covers what the image has there. Then make each device once.",
		see: ["mknod(2), ERRORS", "tmpfs(5)"],
	},
	{
		when: (context) => refused("mount", "ENOENT")(context) && isBelow(context, "/sys") && !isMounted(context, "/sys"),
		diagnosis: "no-sysfs-yet",
		why: (context) =>
			`There is no ${target(context)} here. What is below /sys belongs to sysfs, and sysfs is not mounted on /sys yet.`,
		try: "Mount sysfs first. Then mount what belongs below it, such as cgroup2.",
		see: ["sysfs(5)", "mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "ENOENT")(context) && isBelow(context, "/proc", "/sys") && !isInThisKernel(context),
		diagnosis: "path-not-in-this-kernel",
		why: (context) =>
			`There is no ${target(context)} here. Which of these paths exist depends on how the kernel was built, and on the machine.`,
		try: "Leave out paths that do not exist: existsSync(path).",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "ENOENT")(context) && hasFlag(context, "MS_BIND"),
		diagnosis: "bind-of-nothing",
		why: (context) =>
			`Either ${source(context)} or ${target(context)} does not exist. A bind mount needs both. /dev/null exists only after you have made it in your /dev.`,
		try: "Make the devices first. Cover paths after that.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "ENOENT")(context) && isBelow(context, "/dev"),
		diagnosis: "mount-point-missing",
		why: (context) =>
			`There is no directory ${target(context)}, and mount does not make it. A tmpfs on /dev is empty at first: what the image had there is covered.`,
		try: "Make the directory first: mkdirSync(path).",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "ENOTDIR")(context) && hasFlag(context, "MS_BIND"),
		diagnosis: "bind-of-another-kind",
		why: (context) =>
			`A bind mount covers a file with a file, or a directory with a directory. ${source(context)} and ${target(context)} are not of the same kind.`,
		try: 'Ask statSync(path).isDirectory(). For a directory: mount("tmpfs", path, "tmpfs", MS_RDONLY, null). For a file: mount("/dev/null", path, null, MS_BIND, null).',
		see: ["mount(2), ERRORS"],
	},
	{
		when: refused("mount", "ENOTDIR"),
		diagnosis: "file-covered-by-directory",
		why: (context) =>
			`${target(context)} is a file. Only a directory can be a mount point for a file system; a file can only be covered by a bind mount of another file.`,
		try: 'For a file: mount("/dev/null", path, null, MS_BIND, null). For a directory, a tmpfs.',
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "EBUSY")(context) && !hasFlag(context, "MS_REMOUNT"),
		diagnosis: "mounted-twice",
		why: (context) =>
			`This file system is mounted on ${target(context)} already. A second mount in the same place would change nothing, so the kernel refuses it.`,
		try: "Mount it once.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "EINVAL")(context) &&
			hasFlag(context, "MS_REMOUNT") &&
			context.atThrow?.mounts.some(({ mountPoint }) => mountPoint === target(context)) !== true,
		diagnosis: "remount-of-no-mount",
		why: (context) => `${target(context)} is not a mount point, only a path in a mount. Flags belong to a mount.`,
		try: "First bind the path to itself: mount(path, path, null, MS_BIND, null). Then it is a mount of its own.",
		see: ["mount(2), ERRORS", "mount(2), Remounting an existing mount"],
	},
	{
		when: ({ thrown }) => /EROFS/.test(thrown?.message ?? ""),
		diagnosis: "already-read-only",
		why: ({ thrown }) =>
			`The kernel refused a change, because the file system is read-only: ${thrown?.message}. Nothing can be made in it any more.`,
		try: "Make files and mount points first; make paths read-only last.",
		see: ["mount(2)"],
	},
];
