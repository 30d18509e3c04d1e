import { type Context, type FactRule, howItEnded } from "../../harness/judge/index.ts";
import { NOT_RUN } from "./facts.ts";
import { HOST_HOME, LINKED, NUMBER } from "./scenario.ts";

/** The rules about two more containers whose user is a number: one has links in /etc, and the other has no /etc. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);
const commandOf = ({ during }: Context, call: string) => during?.commands[call]?.credentials;
/** Whether the command that this fact is about did not run. The finding about the command's ids says why. */
const didNotRun = (fact: string) => (context: Context) => String(context.facts[fact]).startsWith(NOT_RUN);
/** Whether the text names the number of the user that {@link LINKED} asks for. */
const namesUid = (text: string, { drawn }: Context) => new RegExp(`\\b${drawn["uid"]}\\b`).test(text);
/** How a call ended, with the exception's text. */
const endOf = ({ observation }: Context, call: string) => {
	const ending = observation.calls[call]?.ending;
	return ending?.how === "threw" ? `threw: ${ending.thrown.message}` : howItEnded(ending);
};
const groupsOf = (context: Context, call: string) => commandOf(context, call)?.groups.join(", ") || "none";
const idsOf = (context: Context, call: string) =>
	`user id ${commandOf(context, call)?.uids[1]} and the group id ${commandOf(context, call)?.gids[1]}`;

export const otherContainerRules: FactRule[] = [
	{
		fact: "linked.ids",
		madeOf: "kernel",
		what: "ids of a command whose /etc/passwd and /etc/group are links",
		followsFrom: ["back", "user.uids", "user.gids"],
		explain: [
			{
				when: ({ facts }) => String(facts["linked.ids"]).includes("‹hostUid›"),
				diagnosis: "link-to-the-host",
				followsFrom: ["user.uids/user-of-the-host", "user.groups/group-of-the-host"],
				why: (context) =>
					`The command has the ${idsOf(context, LINKED)}. In the image, /etc/passwd is a link to /${context.drawn["etc"]}/passwd, and /etc/group is a link that begins with many ../ and ends with ${context.drawn["etc"]}/group. The image has files there. But a process whose root is the host's follows both links to files of the host, which have the number ${context.drawn["hostUid"]}. Whoever makes an image decides what its links are.`,
				try: "Read the files in the function that prepareUser returns. There, links cannot leave the container.",
				see: ["path_resolution(7)", "symlink(7)"],
			},
			{
				// A link that was not followed is no reason to refuse a number.
				when: (context) => didNotRun("linked.ids")(context) && namesUid(endOf(context, LINKED), context),
				diagnosis: "number-refused",
				why: (context) =>
					`The user that was asked for is the number ${context.drawn["uid"]}. The engine ${endOf(context, LINKED)}. The container's /etc/passwd has two lines with this number, and a number is valid even without a line.`,
				try: "If no line has the name, look for the first line with this number. If there is none, take the number as it is.",
				see: ["getpwnam(3)", "credentials(7)"],
			},
			{
				when: didNotRun("linked.ids"),
				diagnosis: "link-not-followed",
				why: (context) =>
					`The engine ${endOf(context, LINKED)}. In this image, /etc/passwd and /etc/group are links to other files of the image. The first has two lines with the number ${context.drawn["uid"]}, and the second one lists the group ${context.drawn["added"]}: both were asked for.`,
				try: "Read the files in the function that prepareUser returns. There, links cannot leave the container, so they may be followed. Look up both the user and the group.",
				see: ["path_resolution(7)", "symlink(7)"],
			},
			{
				diagnosis: "group-not-used",
				why: (context) =>
					`The command has the ${idsOf(context, LINKED)}. The engine was asked for the user ${context.drawn["uid"]} and the group ${context.drawn["added"]}, which is ${context.drawn["addedGid"]}.`,
				try: "If group is given, look it up in /etc/group, and use it instead of the gid in /etc/passwd. Take a number as it is.",
				see: ["getpwnam(3)", "group(5)"],
			},
		],
	},
	{
		fact: "linked.groups",
		madeOf: "kernel",
		what: "supplementary groups of a command for which group and groupAdd are given",
		followsFrom: ["linked.ids", "user.groups/groups-of-the-engine"],
		isConsequence: didNotRun("linked.groups"),
		explain: [
			{
				when: (context) => listOf(context, "linked.groups").includes("‹firstMembersGid›"),
				diagnosis: "memberships-beside-a-group",
				why: (context) =>
					`The command was asked to run in the group ${context.drawn["added"]}, and in no other. But it is also in ${context.drawn["firstMembersGid"]}, because /etc/group lists ${context.drawn["first"]} there. ${context.drawn["first"]} is the first name of the number ${context.drawn["uid"]}.`,
				try: "Use memberships only if group is not given.",
				see: ["group(5)"],
			},
			{
				when: (context) => !listOf(context, "linked.groups").includes("‹number›"),
				diagnosis: "group-add-beside-a-group",
				why: (context) =>
					`The command was asked to run in the group ${context.drawn["added"]}, and groupAdd asked for ${context.drawn["number"]} as well. The command is in the supplementary groups ${groupsOf(context, LINKED)}.`,
				try: "Use groupAdd in any case. Only memberships depend on group.",
				see: ["setgroups(2)"],
			},
			{
				diagnosis: "group-not-asked-for",
				why: (context) =>
					`The command was asked to run in the groups ${context.drawn["added"]}, which is ${context.drawn["addedGid"]}, and ${context.drawn["number"]}, and in no other. But it is in the supplementary groups ${groupsOf(context, LINKED)}.`,
				try: "If group is given, it replaces the gid in /etc/passwd and all memberships.",
				see: ["getpwnam(3)", "setgroups(2)"],
			},
		],
	},
	{
		fact: "linked.home",
		madeOf: "kernel",
		what: "HOME of a command that runs as the number of a user",
		followsFrom: ["linked.ids", "user.home/home-of-root"],
		isConsequence: didNotRun("linked.home"),
		explain: [
			{
				when: ({ facts }) => facts["linked.home"] === HOST_HOME,
				diagnosis: "home-of-the-host",
				why: ({ drawn }) =>
					`HOME is ${HOST_HOME}. In the image, /etc/passwd is a link to /${drawn["etc"]}/passwd, and the image has a file there. But a process whose root is the host's follows this link to a file of the host, which has another home for ${drawn["uid"]}. Whoever makes an image decides what its links are.`,
				try: "Read /etc/passwd in the function that prepareUser returns. There, links cannot leave the container.",
				see: ["path_resolution(7)", "symlink(7)"],
			},
			{
				diagnosis: "line-of-a-number",
				why: ({ drawn, facts }) =>
					`HOME is ${facts["linked.home"]}. The user that was asked for is the number ${drawn["uid"]}, and the container's /etc/passwd has two lines with it. The first one is ${drawn["first"]}'s, whose home is /home/${drawn["first"]}.`,
				try: "If no line has the name, look for the first line with this number. That line gives the gid and the home as well.",
				see: ["getpwnam(3)"],
			},
		],
	},
	{
		fact: "number.ids",
		madeOf: "kernel",
		what: "ids of a command that runs as a number, without /etc/passwd",
		followsFrom: ["back", "user.gids/group-of-root", "user.gids/real-gid-left"],
		explain: [
			{
				when: didNotRun("number.ids"),
				diagnosis: "number-without-a-name",
				why: (context) =>
					`This image has no /etc/passwd, and the user that was asked for is the number ${context.drawn["number"]}. The engine ${endOf(context, NUMBER)}. The kernel needs no names: the number is enough.`,
				try: "If no line fits, take the number as it is. Treat a file that does not exist as an empty one.",
				see: ["credentials(7)", "getpwnam(3)"],
			},
			{
				diagnosis: "number-not-used",
				why: (context) =>
					`The command has the ${idsOf(context, NUMBER)}. The engine was asked for the user ${context.drawn["number"]}. No line names this user's group, so the group is 0, as in other engines.`,
				try: "If no line fits, take the number itself as the uid, and 0 as the gid.",
				see: ["credentials(7)"],
			},
		],
	},
	{
		fact: "number.groups",
		madeOf: "kernel",
		what: "supplementary groups of a command that runs as a number, besides its own group",
		followsFrom: ["number.ids/number-without-a-name", "user.groups/groups-of-the-engine"],
		isConsequence: didNotRun("number.groups"),
		explain: [
			{
				diagnosis: "empty-list-not-set",
				why: (context) =>
					`Nobody has asked for supplementary groups, and the image has no /etc/group. But the command is in ${groupsOf(context, NUMBER)}.${listOf(context, "number.groups").includes("‹engineGid›") ? " Without a call of setgroups, the command keeps the engine's groups." : ""}`,
				try: "Call setgroups in any case, and only with the groups that were asked for. An empty list takes all groups away.",
				see: ["setgroups(2)"],
			},
		],
	},
	{
		fact: "number.home",
		madeOf: "kernel",
		what: "HOME of a command that runs as a number without a name",
		followsFrom: ["number.ids/number-without-a-name", "user.home/home-of-root"],
		isConsequence: didNotRun("number.home"),
		explain: [
			{
				diagnosis: "home-of-nobody",
				why: ({ facts }) =>
					`HOME is ${facts["number.home"]}. No line gives a home for this number, so HOME should be /, as in other engines. The engine's own HOME is a directory of the host.`,
				try: 'Set process.env["HOME"] to "/" if no line fits.',
				see: ["environ(7)"],
			},
		],
	},
];
