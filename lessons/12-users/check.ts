import { defineCheck, type FactRule } from "../../harness/judge/index.ts";
import { deriveUsers } from "./facts.ts";
import { groupRules } from "./groups.ts";
import { otherContainerRules } from "./other-containers.ts";
import { refusals } from "./refusals.ts";
import { refusedContainerRules } from "./refused-containers.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";

const userRules: FactRule[] = [
	{
		fact: "back",
		madeOf: "files",
		what: "the way back to uid 0, tried by the command",
		explain: [
			{
				when: ({ process }) => process?.credentials.uids[0] === 0 && process.credentials.uids[1] !== 0,
				diagnosis: "real-uid-left",
				why: ({ process }) =>
					`The command's real, effective and saved user ids are ${ids(process?.credentials.uids)}. The kernel checks the effective one when a file is opened. But a process may set its effective id to its real or its saved id at any time. A child of the command has done so, was root, and has made a file that belongs to root.`,
				try: "Set all three with one call: setresuid(uid, uid, uid).",
				see: ["setresuid(2)", "credentials(7)"],
			},
			{
				when: ({ process }) => process?.credentials.uids[1] === 0 && process.credentials.uids[0] !== 0,
				diagnosis: "effective-uid-left",
				why: ({ process }) =>
					`The command's real, effective and saved user ids are ${ids(process?.credentials.uids)}. When a file is opened, the kernel checks the effective one, and 0 is root. (A shell would hide this mistake: if its two ids differ, it sets the effective one to the real one.)`,
				try: "Set all three with one call: setresuid(uid, uid, uid).",
				see: ["setresuid(2)", "credentials(7)"],
			},
			{
				diagnosis: "still-root",
				why: ({ process }) =>
					`The command's real, effective and saved user ids are ${ids(process?.credentials.uids)}. 0 is root. It is the same root as the host's: on files and devices that a container shares with the host, the kernel only compares numbers.`,
				try: "Call setresuid(uid, uid, uid) in the function that prepareUser returns, with the user's uid in the container's /etc/passwd.",
				see: ["setresuid(2)", "credentials(7)"],
			},
		],
	},
	{
		fact: "user.uids",
		madeOf: "kernel",
		what: "the command's user id",
		followsFrom: ["back"],
		explain: [
			{
				when: ({ facts }) => facts["user.uids"] === "‹hostUid›",
				diagnosis: "user-of-the-host",
				why: ({ drawn }) =>
					`The command's user id is ${drawn["hostUid"]}. That is what the host's /etc/passwd says of ${drawn["user"]}. The container's says ${drawn["uid"]}, and that is the number that counts in the container. prepareUser runs on the host. The function that prepareUser returns runs in the container.`,
				try: "Read /etc/passwd in the function that prepareUser returns.",
				see: ["getpwnam(3)", "path_resolution(7)"],
			},
			{
				diagnosis: "another-user",
				why: ({ drawn, process }) =>
					`The command's user ids are ${ids(process?.credentials.uids)}. In the container's /etc/passwd, the line of ${drawn["user"]} says ${drawn["uid"]}.`,
				try: "Take the uid of the line whose name is equal to the one that was asked for.",
				see: ["getpwnam(3)"],
			},
		],
	},
	...groupRules,
	{
		fact: "user.home",
		madeOf: "kernel",
		what: "HOME in the command's environment",
		explain: [
			{
				when: ({ facts }) => ["not set", "/root"].includes(String(facts["user.home"])),
				diagnosis: "home-of-root",
				why: ({ facts }) =>
					facts["user.home"] === "not set"
						? "In the environment that the command was started with, HOME is not set. Programs look for their settings in HOME."
						: "In the environment that the command was started with, HOME is /root, as in the engine's own environment. Programs look for their settings in HOME, and this user may not write to root's directory.",
				try: 'Set process.env["HOME"] to the home directory in the user\'s line of /etc/passwd. The engine passes process.env to execve.',
				see: ["environ(7)", "getpwnam(3)"],
			},
			{
				diagnosis: "home-wrong",
				followsFrom: ["user.uids/user-of-the-host"],
				why: ({ drawn, process }) =>
					`The environment that the command was started with has ${process?.environment.find((entry) => entry.startsWith("HOME="))}. The container's /etc/passwd says /home/of/${drawn["user"]}.`,
				try: "Take the home directory from the user's line: it need not be /home/NAME.",
				see: ["getpwnam(3)"],
			},
		],
	},
];

const ids = (all: readonly number[] = []) => all.slice(0, 3).join(", ");

export default defineCheck({
	module: "user.ts",
	exported: "prepareUser",
	weight: 15,
	groups: [
		{ title: "another user than root, for good", points: 4, facts: ["back", "user.uids"] },
		{
			title: "its groups, and no others",
			points: 4,
			facts: ["user.gids", "user.groups", "linked.groups", "number.groups"],
		},
		{ title: "the names of the container", points: 2, facts: ["linked.ids", "linked.home"] },
		{ title: "a number without a name", points: 1, facts: ["number.ids", "number.home"] },
		{ title: "a home", points: 1, facts: ["user.home"] },
		{
			title: "an unknown user is refused",
			points: 2,
			facts: ["refused.name", "refused.group", "refused.group-add", "refused.minus-one", "refused.too-large"],
		},
	],
	lessonSummary:
		"The kernel knows no names. A process has numbers: user ids, group ids, and a list of more groups. The image's own files say which numbers a name stands for. Groups are changed first and the user last, and all ids at once: then there is no way back.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveUsers,
	facts: [...userRules, ...otherContainerRules, ...refusedContainerRules],
	exceptions: refusals,
});
