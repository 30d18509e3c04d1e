import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";

/** Explanations of calls that the kernel refuses. */

const target = ({ thrown }: Context) => JSON.parse(thrown?.syscall?.args["target"] ?? '""') as string;
const isBelow = (context: Context, ...tops: string[]) => tops.some((top) => target(context).startsWith(`${top}/`));

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: refused("mknod", "EEXIST"),
		diagnosis: "device-exists",
		why: ({ thrown }) =>
			`${thrown?.syscall?.args["pathname"]} exists already. The image has brought it, or it was made twice. Which devices a container gets is not the image's decision.`,
		try: "First mount a tmpfs on /dev: it is empty, and covers what the image has there.",
		see: ["mknod(2), ERRORS", "tmpfs(5)"],
	},
	{
		when: (context) => refused("mount", "ENOENT")(context) && isBelow(context, "/proc", "/sys"),
		diagnosis: "path-not-in-this-kernel",
		why: (context) =>
			`There is no ${target(context)} here. Which of these paths exist depends on how the kernel was built, and on the machine.`,
		try: "Leave out paths that do not exist: existsSync(path).",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) => refused("mount", "ENOENT")(context) && isBelow(context, "/dev"),
		diagnosis: "mount-point-missing",
		why: (context) =>
			`There is no directory ${target(context)}. The tmpfs on /dev is empty: what the image had there is covered.`,
		try: "Make the directory first: mkdirSync(path).",
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
		when: refused("mount", "EBUSY"),
		diagnosis: "mounted-twice",
		why: (context) =>
			`This file system is mounted on ${target(context)} already. A second mount in the same place would change nothing, so the kernel refuses it.`,
		try: "Mount it once.",
		see: ["mount(2), ERRORS"],
	},
	{
		when: (context) =>
			refused("mount", "EINVAL")(context) &&
			context.thrown?.syscall?.args["mountflags"]?.split("|").includes("MS_REMOUNT") === true,
		diagnosis: "remount-of-no-mount",
		why: (context) => `${target(context)} is no mount point, only a path in a mount. Flags belong to a mount.`,
		try: "First bind the path to itself: mount(path, path, null, MS_BIND, null). Then it is a mount of its own.",
		see: ["mount(2), ERRORS", "mount(2), Remounting an existing mount"],
	},
	{
		when: ({ thrown }) => /EROFS/.test(thrown?.message ?? ""),
		diagnosis: "already-read-only",
		why: ({ thrown }) =>
			`The kernel refused a change, because the file system is read-only: ${thrown?.message}. What must be made there has to be made before.`,
		try: "Make files and mount points first; make paths read-only last.",
		see: ["mount(2)"],
	},
];
