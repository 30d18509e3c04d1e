import type { Context, Explanation, FactRule, LedgerCall } from "../../harness/judge/index.ts";
import { mountAt, READ_ONLY } from "./facts.ts";

/** The rules about what is read-only or covered in /proc and /sys. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);

/** Successful calls of mount(2) on this path with all of these flags. */
const mountedAt = ({ ledger }: Context, path: string, ...flags: string[]) =>
	ledger.filter(
		({ call, args, error }: LedgerCall) =>
			call === "mount" &&
			error === undefined &&
			args["target"] === JSON.stringify(path) &&
			flags.every((flag) => args["mountflags"]?.split("|").includes(flag)),
	);

/** Whether the last mount on the path came before one on the top directory that contains it: /proc or /sys. */
const wasCovered = (context: Context, path: string) => {
	const last = mountedAt(context, path).at(-1);
	const top = `/${path.split("/")[1]}`;
	const later = mountedAt(context, top).at(-1);
	return last !== undefined && later !== undefined && context.ledger.indexOf(later) > context.ledger.indexOf(last);
};

/** Those paths in the fact that were covered by a later mount, with commas between them. */
const covered = (context: Context, fact: string) =>
	listOf(context, fact)
		.filter((path) => wasCovered(context, path))
		.join(", ");

/** Whether the file system on /proc is read-only, and not only the mount. */
const isProcItselfReadOnly = ({ process }: Context) =>
	process !== null && mountAt(process, "/proc")?.options.split(",").includes("ro") === true;

/** Whether the file system at this path was changed, and not only the mount. */
const isRemounted = (context: Context, path: string) =>
	mountedAt(context, path, "MS_REMOUNT", "MS_RDONLY").some(({ args }) => !args["mountflags"]?.includes("MS_BIND"));

/** Ways to make paths read-only that do not work. They explain the facts host.core-pattern and proc.writable. */
const notReadOnly: Explanation[] = [
	{
		when: (context) => listOf(context, "proc.writable").some((path) => wasCovered(context, path)),
		diagnosis: "read-only-covered",
		why: (context) =>
			`Something was mounted on these paths: ${covered(context, "proc.writable")}. Later, something was mounted on a directory above them. A mount on a directory hides everything that was mounted below that directory before.`,
		try: "Make the paths read-only after all file systems are mounted.",
		see: ["mount(2)"],
	},
	{
		when: (context) => {
			const isBoundOnly = (path: string) =>
				mountedAt(context, path, "MS_BIND").length > 0 && mountedAt(context, path, "MS_REMOUNT").length === 0;
			const writable = listOf(context, "proc.writable");
			return writable.length > 0 && writable.every(isBoundOnly);
		},
		diagnosis: "bind-not-read-only",
		why: "Each path is a mount of its own, and its flags have no ro. A bind mount takes its flags from the mount that it is made of. In the call that makes it, the kernel ignores MS_RDONLY, without an error.",
		try: "Make the bind mount first. Then change its flags: mount(null, path, null, MS_REMOUNT | MS_BIND | MS_RDONLY, null).",
		see: ["mount(2), Creating a bind mount", "mount(2), Remounting an existing mount"],
	},
];

export const procRules: FactRule[] = [
	{
		fact: "host.core-pattern",
		madeOf: "kernel",
		what: "the host's /proc/sys/kernel/core_pattern, after the command has tried to change it",
		explain: [
			{
				when: ({ facts }) => facts["host.core-pattern"] === "could not be read",
				diagnosis: "core-pattern-changed",
				why: "The host's /proc/sys/kernel/core_pattern could not be read after the command had tried to change it, so nothing is known.",
				try: "Leave the host's /proc/sys/kernel/core_pattern as it is, and its programs, too.",
				see: ["core(5)"],
			},
			...notReadOnly,
			{
				diagnosis: "core-pattern-changed",
				why: "The command wrote to /proc/sys/kernel/core_pattern, and the host's setting has changed. If it begins with a |, the kernel starts that program when any process crashes: as root, and on the host.",
				try: "Bind /proc/sys to itself, and make this mount read-only; the same for all READ_ONLY_PATHS.",
				see: ["core(5)", "mount(2), Remounting an existing mount"],
			},
		],
	},
	{
		fact: "proc.writable",
		madeOf: "kernel",
		what: "paths that must be read-only and are not",
		followsFrom: ["host.core-pattern"],
		explain: [
			...notReadOnly,
			{
				diagnosis: "proc-writable",
				why: (context) =>
					`The command may write to ${listOf(context, "proc.writable").join(", ")}. They belong to the kernel, and the kernel is the host's: there is no namespace for most of these settings.`,
				try: "Bind each of READ_ONLY_PATHS to itself, and make this mount read-only. Leave out those that this kernel does not have.",
				see: ["proc_sys(5)", "mount(2), Remounting an existing mount"],
			},
		],
	},
	{
		fact: "proc.rest",
		madeOf: "kernel",
		what: "the rest of /proc, where a process may change its own settings",
		explain: [
			{
				when: (context) => isProcItselfReadOnly(context) && READ_ONLY.some((path) => isRemounted(context, path)),
				diagnosis: "proc-remounted",
				why: "All of /proc is read-only in the container, so a process cannot even change its own settings, such as /proc/self/oom_score_adj. MS_REMOUNT without MS_BIND changes the file system itself, and so every mount of it. All of these paths are on one file system, the container's proc.",
				try: "Add MS_BIND: mount(null, path, null, MS_REMOUNT | MS_BIND | MS_RDONLY, null). Then only this one mount becomes read-only.",
				see: ["mount(2), Remounting an existing mount"],
			},
			{
				diagnosis: "proc-read-only",
				why: "All of /proc is read-only in the container, so a process cannot even change its own settings, such as /proc/self/oom_score_adj.",
				try: "Make only READ_ONLY_PATHS read-only: each becomes a mount of its own.",
				see: ["proc(5)", "mount(2), Remounting an existing mount"],
			},
		],
	},
	{
		fact: "proc.hidden",
		madeOf: "kernel",
		what: "paths that must be readable and are not",
		explain: [
			{
				diagnosis: "read-only-hidden",
				why: (context) =>
					`At these paths, the command does not see what the kernel shows there: ${listOf(context, "proc.hidden").join(", ")}. Programs read settings of the kernel there, such as the largest process ID. A program may read these settings, but not change them.`,
				try: "Bind each of READ_ONLY_PATHS to itself. Cover only MASKED_PATHS.",
				see: ["proc_sys(5)", "mount(2), Creating a bind mount"],
			},
		],
	},
	{
		fact: "proc.readable",
		madeOf: "kernel",
		what: "paths that must be covered and are not",
		explain: [
			{
				when: (context) => listOf(context, "proc.readable").some((path) => wasCovered(context, path)),
				diagnosis: "mask-covered",
				why: (context) =>
					`Something was mounted on these paths: ${covered(context, "proc.readable")}. Later, something was mounted on a directory above them. The later mount hides the earlier ones, and shows the file system as it is.`,
				try: "Cover the paths after all file systems are mounted.",
				see: ["mount(2)"],
			},
			{
				when: (context) => listOf(context, "proc.readable").every((path) => mountedAt(context, path).length > 0),
				diagnosis: "mask-shows-itself",
				why: (context) =>
					`Something is mounted on each of these paths, but still from the kernel's own file system: ${listOf(context, "proc.readable").join(", ")}. A path that is bound to itself shows what it has shown before.`,
				try: "For a file, bind /dev/null onto it. For a directory, mount an empty tmpfs, read-only.",
				see: ["mount(2), Creating a bind mount"],
			},
			{
				diagnosis: "paths-readable",
				why: (context) =>
					`The command reaches what the kernel shows at ${listOf(context, "proc.readable").join(", ")}. That is about the whole machine, and not about one container.`,
				try: "For a file, bind /dev/null onto it. For a directory, mount an empty tmpfs, read-only. Leave out those that this kernel does not have.",
				see: ["proc(5)", "mount(2), Creating a bind mount"],
			},
		],
	},
];
