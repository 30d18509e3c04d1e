import { type Context, called, type Explanation, refused } from "../../harness/judge/index.ts";

/** Explanations of exceptions, the most specific first. */

const hasChangedUser = (context: Context) => called(context, "setresuid");

/** Whether the engine's own process, which is task "1" in the list of calls, has given up root. */
const engineGaveUpRoot = ({ ledger }: Context) =>
	ledger.some(({ task, call, error }) => task === "1" && call === "setresuid" && error === undefined);

/** Whether the exception says that something is missing which the first container has: a user, a group or their file. */
const missesWhatIsThere = ({ drawn, thrown }: Context) => {
	const message = thrown?.message ?? "";
	const names = [drawn["user"], drawn["added"], drawn["members"]].flatMap((name) => name ?? []);
	return (
		thrown?.syscall === undefined &&
		(names.some((name) => message.includes(name)) || /^ENOENT: .*etc\/(passwd|group)/.test(message))
	);
};

export const refusals: Explanation[] = [
	{
		when: (context) => refused("umount2", "EBUSY")(context),
		diagnosis: "container-kept-open",
		why: "At the end, the engine could not unmount the container's root directory: a process still uses something in it. Probable cause: prepareUser, which is called in the engine's own process, has opened a file or a directory there, and nothing has closed it.",
		try: "Close what you open in prepareUser before it returns. Keep the text of a file, and not its descriptor.",
		see: ["umount(2), ERRORS", "close(2)"],
	},
	{
		when: (context) => engineGaveUpRoot(context) && /EPERM|EACCES/.test(context.thrown?.message ?? ""),
		diagnosis: "engine-became-the-user",
		why: ({ thrown }) =>
			`In the list of your system calls, the engine's own process has called setresuid. After that, the engine was not root any more, and the kernel refused a call that needs root: ${thrown?.message}`,
		try: "Change ids only in the function that prepareUser returns: it is called in the process that becomes the command.",
		see: ["setresuid(2)", "credentials(7)"],
	},
	{
		when: (context) => missesWhatIsThere(context) && !hasChangedUser(context),
		diagnosis: "name-not-found",
		why: ({ drawn, thrown }) =>
			`The container's /etc/passwd has a line for ${drawn["user"]}, and its /etc/group has one for ${drawn["added"]}. But your code says: ${thrown?.message}. Did it read these files? In the function that prepareUser returns, / is the container's root. rootfs is a path of the host, and leads nowhere there.`,
		try: "In the function that prepareUser returns, read /etc/passwd and /etc/group, and not a path below rootfs. Look up names of groups as well, also those of groupAdd.",
		see: ["path_resolution(7)", "getpwnam(3)"],
	},
	{
		when: (context) => refused("setresgid", "EPERM")(context) && hasChangedUser(context),
		diagnosis: "user-before-group",
		why: "setresuid came first, and the process's effective user id is not 0 any more. So the process has lost its effective capabilities, also CAP_SETGID: it may no longer choose its group.",
		try: "Call setgroups and setresgid first, and setresuid last.",
		see: ["setresgid(2), ERRORS", "capabilities(7), Effect of user ID changes on capabilities"],
	},
	{
		when: (context) => refused("setgroups", "EPERM")(context) && hasChangedUser(context),
		diagnosis: "user-before-groups",
		why: "setresuid came first, and the process's effective user id is not 0 any more. So the process has lost its effective capabilities, also CAP_SETGID: it may no longer choose its groups.",
		try: "Call setgroups and setresgid first, and setresuid last.",
		see: ["setgroups(2), ERRORS", "capabilities(7), Effect of user ID changes on capabilities"],
	},
];
