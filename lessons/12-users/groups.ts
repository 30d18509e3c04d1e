import { type Context, called, type FactRule } from "../../harness/judge/index.ts";

/** The rules about the groups of the first container's command. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);
/** Replaces the placeholders of groups, such as ‹engineGid›, by the numbers of this run. */
const shown = ({ drawn }: Context, names: readonly string[]) =>
	names.map((name) => drawn[name.slice(1, -1)] ?? name).join(", ") || "none";
const groupsIn = (context: Context) => shown(context, listOf(context, "user.groups"));

export const groupRules: FactRule[] = [
	{
		fact: "user.gids",
		madeOf: "kernel",
		what: "the command's group id",
		explain: [
			{
				when: (context) =>
					context.process?.credentials.gids.every((gid) => gid === 0) === true && !called(context, "setresgid"),
				diagnosis: "group-of-root",
				why: "The command's real, effective and saved group ids are 0: the group root. So the command may read and write whatever root's group may. setresuid changes no group.",
				try: "Call setresgid(gid, gid, gid) before setresuid.",
				see: ["setresgid(2)", "credentials(7)"],
			},
			{
				when: ({ facts }) => facts["user.gids"] === "‹firstGid›",
				diagnosis: "group-of-another-name",
				why: ({ drawn }) =>
					`The command's group id is ${drawn["firstGid"]}. That is what /etc/passwd says of ${drawn["first"]}, a user with the same number as ${drawn["user"]}, ${drawn["uid"]}. Two names may have the same number. The command line asked for the second name.`,
				try: "Find the line by the name. Only if no line has this name, find it by the number.",
				see: ["getpwnam(3)"],
			},
			{
				when: ({ process }) => new Set(process?.credentials.gids).size > 1,
				diagnosis: "real-gid-left",
				why: ({ process }) =>
					`The command's real, effective and saved group ids are ${process?.credentials.gids.slice(0, 3).join(", ")}. The kernel checks the effective one when a file is opened, and a process may set that to its real or its saved id at any time.`,
				try: "Set all three with one call: setresgid(gid, gid, gid).",
				see: ["setresgid(2)", "credentials(7)"],
			},
			{
				diagnosis: "another-group",
				followsFrom: ["user.uids/user-of-the-host"],
				why: ({ drawn, process }) =>
					`The command's group id is ${process?.credentials.gids[1]}. In the container's /etc/passwd, the line of ${drawn["user"]} says ${drawn["gid"]}.`,
				try: "Take uid and gid from the same line.",
				see: ["getpwnam(3)"],
			},
		],
	},
	{
		fact: "user.groups",
		madeOf: "kernel",
		what: "the command's supplementary groups besides its own group",
		explain: [
			{
				when: (context) => listOf(context, "user.groups").includes("‹engineGid›"),
				diagnosis: "groups-of-the-engine",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. ${context.drawn["engineGid"]} is a group of the engine's process. Neither setresgid nor setresuid changes this list, so the command may read whatever these groups may read.`,
				try: "Replace the whole list: setgroups(…), before setresuid.",
				see: ["setgroups(2)", "credentials(7)"],
			},
			{
				when: (context) => listOf(context, "user.groups").includes("‹hostUid›"),
				diagnosis: "group-of-the-host",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. ${context.drawn["hostUid"]} is in the host's /etc/group. The container's has the same names with other numbers.`,
				try: "Read /etc/group in the function that prepareUser returns.",
				see: ["group(5)"],
			},
			{
				when: (context) => listOf(context, "user.groups").includes("‹firstMembersGid›"),
				diagnosis: "memberships-of-another-name",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. /etc/group lists ${context.drawn["first"]} in ${context.drawn["firstMembersGid"]}, and not ${context.drawn["user"]}. Both names have the number ${context.drawn["uid"]}, but groups list names.`,
				try: "The user's line in /etc/passwd begins with the user's name. Look for this name in /etc/group.",
				see: ["group(5)"],
			},
			{
				when: (context) => !listOf(context, "user.groups").includes("‹membersGid›"),
				diagnosis: "memberships-missing",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. But the container's /etc/group lists ${context.drawn["user"]} as a member of ${context.drawn["members"]}, ${context.drawn["membersGid"]}.`,
				try: "Add the groups whose members include the user's name.",
				see: ["group(5)"],
			},
			{
				when: (context) => ["‹addedGid›", "‹number›"].some((group) => !listOf(context, "user.groups").includes(group)),
				diagnosis: "group-add-missing",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. But two more were asked for: ${context.drawn["added"]}, which is ${context.drawn["addedGid"]} in the container's /etc/group, and the number ${context.drawn["number"]}, which needs no line there.`,
				try: "Look each word of groupAdd up in /etc/group. If no line has this name, the word may be a number.",
				see: ["group(5)", "setgroups(2)"],
			},
			{
				diagnosis: "groups-not-asked-for",
				why: (context) =>
					`The command's supplementary groups, besides its own group: ${groupsIn(context)}. It should be only in these: ${context.drawn["membersGid"]} (${context.drawn["members"]}), ${context.drawn["addedGid"]} (${context.drawn["added"]}) and ${context.drawn["number"]}.`,
				try: "Pass setgroups only the groups that list the user, and those of groupAdd.",
				see: ["group(5)", "setgroups(2)"],
			},
		],
	},
];
