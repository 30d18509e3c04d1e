import {
	type Context,
	called,
	commandRefused,
	type Explanation,
	isCommandsExecve,
	refused,
} from "../../harness/judge/index.ts";
import { KILLED } from "./facts.ts";

/** Explanations of calls that the kernel refuses. */

const argument = ({ thrown }: Context, name: string) => thrown?.syscall?.args[name] ?? "";
const isPidfd = (context: Context, fd: string) =>
	context.ledger.some(({ call, result }) => call === "pidfd_open" && String(result) === fd);
const hasEnteredOne = (context: Context) => called(context, "setns", "");
const hasEntered = (context: Context, flag: string) => called(context, "setns", flag);
const says = ({ thrown }: Context, pattern: RegExp) => pattern.test(thrown?.message ?? "");

/** Explanations of exceptions and other early ends, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: (context) =>
			refused("setns", "EINVAL")(context) &&
			argument(context, "nstype") === "0" &&
			isPidfd(context, argument(context, "fd")),
		diagnosis: "no-flags",
		why: "The descriptor stands for a process, and a process is in several namespaces. 0 would mean any kind, which is possible only for a descriptor of one namespace, /proc/PID/ns/KIND.",
		try: "Combine the flags of the namespaces that you want to enter: CLONE_NEWNS | CLONE_NEWPID | …",
		see: ["setns(2), Details for specific namespace types", "setns(2), ERRORS"],
	},
	{
		when: (context) => refused("setns", "EINVAL")(context) && argument(context, "nstype").includes("CLONE_NEWUSER"),
		diagnosis: "own-user-namespace",
		why: "The container is in the host's user namespace, and so is this process. The kernel refuses to enter the user namespace that a process is in already: otherwise, the process would get back all capabilities. setns enters either all of the namespaces or none.",
		try: "Leave CLONE_NEWUSER out.",
		see: ["setns(2), ERRORS", "user_namespaces(7)"],
	},
	{
		when: refused("setns", "EINVAL"),
		diagnosis: "setns-refused",
		why: (context) =>
			`The kernel refused setns with the flags ${argument(context, "nstype")}. Possible causes: the descriptor is of another kind; it stands for one namespace, and several flags were given; it stands for the user namespace that this process is in already.`,
		try: "Pass a descriptor of pidfdOpen, and the flags of the namespaces to enter.",
		see: ["setns(2), ERRORS"],
	},
	{
		when: (context) => hasEnteredOne(context) && says(context, /(ENOENT|EROFS): .*cgroup\.procs/),
		diagnosis: "cgroup-path-inside",
		why: "The path of the container's cgroup is a path on the host. This process has entered the container's mount namespace, and there the cgroup is /sys/fs/cgroup itself, read-only.",
		try: "Join the cgroup before setns.",
		see: ["cgroup_namespaces(7)", "mount_namespaces(7)"],
	},
	{
		when: (context) =>
			hasEnteredOne(context) &&
			says(context, /ENOENT: .*\/proc\/self/) &&
			context.atThrow?.namespaces["pid"] === context.observation.before.namespaces["pid"],
		diagnosis: "no-self-inside",
		why: ({ thrown }) =>
			`${thrown?.message}. /proc/self leads to the process that opens it, by the process's pid in the PID namespace of this /proc. This process has entered the mount namespace, so /proc is the container's. But the process itself is not in the container's PID namespace, and has no pid there. Only children that it forks after setns have one.`,
		try: "Do this in the child, after the fork. Or do it without /proc, as with getcwd().",
		see: ["proc(5)", "pid_namespaces(7)"],
	},
	{
		when: (context) =>
			hasEnteredOne(context) && (says(context, /ENOENT: .*\/proc\/\d/) || refused("pidfd_open", "ESRCH")(context)),
		diagnosis: "pid-of-the-host",
		why: ({ thrown }) =>
			`${thrown?.message}. That pid is the host's. This process has entered namespaces of the container. With its mounts comes its /proc, which shows the container's pids; and a child in its PID namespace can name no others.`,
		try: "Open everything that you need first, and call setns afterwards. Or open the process once, by pidfdOpen, and enter all namespaces in one call.",
		see: ["setns(2)", "pidfd_open(2)"],
	},
	{
		when: (context) => refused("waitpid", "ECHILD")(context) && argument(context, "pid") === "0",
		diagnosis: "child-waits",
		why: "A process that has no child waits for one. fork returns twice: 0 in the child, and the child's pid in the parent. Here the child waits, and the parent goes on to become the command. But only the child is in the container's PID namespace.",
		try: "Wait if fork has returned a number other than 0. Return if it has returned 0.",
		see: ["fork(2), RETURN VALUE", "waitpid(2), ERRORS"],
	},
	{
		when: (context) => refused("chdir", "ENOENT")(context) && !hasEntered(context, "CLONE_NEWNS"),
		diagnosis: "workdir-on-host",
		why: (context) =>
			`There is no ${argument(context, "path")} on the host. The path is one in the container, and this process has not entered the container's mount namespace yet.`,
		try: "Call chdir after setns.",
		see: ["chdir(2)", "mount_namespaces(7)"],
	},
	{
		when: (context) =>
			hasEnteredOne(context) &&
			// Not a TypeError, which says nothing about a directory.
			context.thrown?.name === "Error" &&
			context.thrown.syscall === undefined &&
			says(context, /^(?!E[A-Z]+:)/),
		diagnosis: "workdir-refused",
		why: ({ thrown, drawn }) =>
			`Your program threw: ${thrown?.message}. The working directory of this call is ${drawn["workdir"]}, a link in the container to a directory of the container. Nothing is wrong with it.`,
		try: "Judge the directory itself, and not the name: after chdir, getcwd() says where the process is.",
		see: ["getcwd(2)", "symlink(7)"],
	},
	{
		when: commandRefused("ENOENT"),
		diagnosis: "program-not-found",
		why: ({ ledger }) => {
			const execve = ledger.find((entry) => isCommandsExecve(entry) && entry.error !== undefined);
			return `There is no ${execve?.args["pathname"]} in the root that the process had when it became the command. Every container of this check has that program.`;
		},
		try: "Leave the root as setns with CLONE_NEWNS sets it. A working directory is a matter of chdir.",
		see: ["execve(2), ERRORS", "path_resolution(7)"],
	},
	{
		// The explanation that all lessons share would blame the machine's memory, because the kernel has killed the
		// command that asks for too much.
		when: ({ facts, ending }) => facts["command.ran"] === false && ending.how === "returned" && facts["hog"] === KILLED,
		diagnosis: "only-without-workdir",
		why: "This command never ran, and another one did. What differs is the working directory: this one asks for a directory of the container, the other one for /.",
		try: "Look for an _exit that depends on workdir. Only a directory outside the container's root is refused.",
		see: ["chdir(2)", "getcwd(2)"],
	},
];
