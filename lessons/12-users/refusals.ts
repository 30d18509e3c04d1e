import { type Context, called, type Explanation, refused } from "../../harness/judge/index.ts";

/** Explanations of exceptions, the most specific first. */

const afterUser = (context: Context) => called(context, "setresuid");

/** Whether the engine's own process, which is task "1" in the list of calls, has given up root. */
const engineGaveUpRoot = ({ ledger }: Context) =>
	ledger.some(({ task, call, error }) => task === "1" && call === "setresuid" && error === undefined);

export const refusals: Explanation[] = [
	{
		when: (context) => engineGaveUpRoot(context) && /EPERM|EACCES/.test(context.thrown?.message ?? ""),
		diagnosis: "engine-became-the-user",
		why: ({ thrown }) =>
			`In the list of your system calls, the engine's own process has called setresuid. After that it was not root any more, and the kernel refused what it needs for a container: ${thrown?.message}`,
		try: "Change ids only in the function that prepareUser returns: it is called in the process that becomes the command.",
		see: ["setresuid(2)", "credentials(7)"],
	},
	{
		when: (context) => refused("setresgid", "EPERM")(context) && afterUser(context),
		diagnosis: "user-before-group",
		why: "setresuid came first. With its last id that was 0, the process has lost all its capabilities, also CAP_SETGID. So it may no longer choose its group.",
		try: "Call setgroups and setresgid first, and setresuid last.",
		see: ["setresgid(2), ERRORS", "capabilities(7), Effect of user ID changes on capabilities"],
	},
	{
		when: (context) => refused("setgroups", "EPERM")(context) && afterUser(context),
		diagnosis: "user-before-groups",
		why: "setresuid came first. With its last id that was 0, the process has lost all its capabilities, also CAP_SETGID. So it may no longer choose its groups.",
		try: "Call setgroups and setresgid first, and setresuid last.",
		see: ["setgroups(2), ERRORS", "capabilities(7), Effect of user ID changes on capabilities"],
	},
];
