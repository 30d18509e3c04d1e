import type { Context, FactRule } from "../../harness/judge/index.ts";

/** The rules about containers that must not run. */

/** A sentence that says what the engine did when it was asked for this container. */
const whatHappened = ({ facts }: Context, fact: string) => `What happened: ${facts[fact]}.`;

export const refusedContainerRules: FactRule[] = [
	{
		fact: "refused.name",
		madeOf: "exercise",
		what: "how the engine treats a user whose name only the host has",
		followsFrom: ["back", "user.uids/user-of-the-host"],
		explain: [
			{
				diagnosis: "unknown-name-runs",
				why: (context) =>
					`The container's /etc/passwd has no line for ${context.drawn["hostOnly"]}, and a command that should run as this user must not run as another one. ${whatHappened(context, "refused.name")}`,
				try: "Throw an error if no line has the name and the word is not a number.",
				see: ["getpwnam(3)"],
			},
		],
	},
	{
		fact: "refused.group",
		madeOf: "exercise",
		what: "how the engine treats a group whose name only the host has",
		followsFrom: ["back", "user.groups/group-of-the-host"],
		explain: [
			{
				diagnosis: "unknown-group-runs",
				why: (context) =>
					`The container's /etc/group has no line for ${context.drawn["hostOnly"]}, and a command that should run in this group must not run in another one, such as root's. ${whatHappened(context, "refused.group")}`,
				try: "If group is given, throw an error if no line of /etc/group has the name and the word is not a number.",
				see: ["group(5)"],
			},
		],
	},
	{
		fact: "refused.group-add",
		madeOf: "exercise",
		what: "how the engine treats a name in groupAdd that only the host has",
		followsFrom: ["back", "user.groups/group-of-the-host", "user.groups/group-add-missing", "refused.group"],
		explain: [
			{
				diagnosis: "unknown-group-add-runs",
				why: (context) =>
					`The container's /etc/group has no line for ${context.drawn["hostOnly"]}, which groupAdd asks for. A command that is not in all groups that it needs fails later, in a way that is hard to understand. ${whatHappened(context, "refused.group-add")}`,
				try: "Throw an error for each word of groupAdd that is neither a name in /etc/group nor a number.",
				see: ["group(5)"],
			},
		],
	},
	{
		fact: "refused.minus-one",
		madeOf: "exercise",
		what: "how the engine treats the user 4294967295",
		followsFrom: ["back"],
		explain: [
			{
				diagnosis: "minus-one-runs",
				why: (context) =>
					`A user id has 32 bits. 4294967295 has all of them set: that is -1, and setresuid leaves an id as it is if it gets -1. So the command would stay root, without an error. ${whatHappened(context, "refused.minus-one")}`,
				try: "Throw an error if a number is larger than 4294967294.",
				see: ["setresuid(2)"],
			},
		],
	},
	{
		fact: "refused.too-large",
		madeOf: "exercise",
		what: "how the engine treats the group 4294967296",
		followsFrom: ["back"],
		explain: [
			{
				diagnosis: "too-large-runs",
				why: (context) =>
					`A group id has 32 bits. The lowest 32 bits of 4294967296 are all 0: that is root's group. ${whatHappened(context, "refused.too-large")}`,
				try: "Throw an error if the number of a user or of a group is larger than 4294967294.",
				see: ["setresgid(2)"],
			},
		],
	},
];
