import { type Context, capabilitiesIn, capabilityName, type FactRule } from "../../harness/judge/index.ts";
import { NONE, NOT_RUN, shown } from "./facts.ts";
import { failuresOf } from "./refusals.ts";
import { ENGINES, SETUID, USER } from "./scenario.ts";

/** The rules about commands that are not root's. */

const didNotRun = (fact: string) => (context: Context) => String(context.facts[fact]).startsWith(NOT_RUN);
const credentialsOf = ({ during }: Context) => during?.commands[USER]?.credentials;
const namesIn = (mask = "") => capabilitiesIn(mask).map(capabilityName).join(", ") || "none";

export const userRules: FactRule[] = [
	{
		fact: "user.ids",
		madeOf: "kernel",
		what: "the user and the groups of a command that is not root's",
		explain: [
			...failuresOf(USER),
			{
				diagnosis: "user-not-changed",
				why: (context) =>
					`The command's user ids are ${credentialsOf(context)?.uids.slice(0, 3).join(", ")}, and not ${context.drawn["uid"]}. Your function takes the place of becomeUser: nobody else calls it.`,
				try: "Call becomeUser, once, in the process that becomes the command.",
				see: ["setresuid(2)"],
			},
		],
	},
	{
		fact: "user.held",
		madeOf: "kernel",
		what: "the permitted and the effective set of a command that is not root's",
		followsFrom: ["user.ids"],
		isConsequence: didNotRun("user.held"),
		explain: [
			{
				when: (context) =>
					context.facts["user.held"] === NONE &&
					namesIn(credentialsOf(context)?.inheritable).includes(context.drawn["high"] ?? ""),
				diagnosis: "inheritable-only",
				why: (context) =>
					`The command has no capability, although ${context.drawn["low"]} and ${context.drawn["high"]} are asked for. They are inheritable. But execve only makes permitted what is inheritable for the process and for the program's file, and an ordinary file has no capabilities. The ambient set was made for such files.`,
				try: "After capset, raise each one in the ambient set: prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability).",
				see: ["PR_CAP_AMBIENT(2const)", "capabilities(7), Transformation of capabilities during execve()"],
			},
			{
				when: ({ facts }) => facts["user.held"] === NONE,
				diagnosis: "nothing-kept",
				why: ({ drawn }) =>
					`The command has no capability, although ${drawn["low"]} and ${drawn["high"]} are asked for. The permitted set of a process that is not root's does not outlast execve, unless the capability is ambient.`,
				try: "Put what is in privileges.ambient into permitted, effective and inheritable. Then raise each one in the ambient set.",
				see: ["PR_CAP_AMBIENT(2const)", "capabilities(7), Transformation of capabilities during execve()"],
			},
			{
				diagnosis: "another-user-has-more",
				why: (context) =>
					`The command is not root's, and its permitted set is: ${namesIn(credentialsOf(context)?.permitted)}. It should be: ${context.drawn["low"]}, ${context.drawn["high"]}. The profile is for root. Another user's command keeps only what is named in privileges.ambient.`,
				try: "If the user id after becomeUser is not 0, use privileges.ambient for all sets but the bounding set.",
				see: ["capabilities(7)"],
			},
		],
	},
	{
		fact: "user.bounding",
		madeOf: "kernel",
		what: "the bounding set of a command that is not root's",
		followsFrom: ["user.ids", "reached", "root.bounding"],
		isConsequence: didNotRun("user.bounding"),
		explain: [
			{
				diagnosis: "user-bounding-differs",
				why: (context) =>
					`The command is not root's. Its bounding set is not what is asked for. Shown: ${shown(context, "user.bounding")}. If the command executes a setuid program, this set is what the program can have.`,
				try: "Drop what is not in privileges.bounding for every user.",
				see: ["capabilities(7), Capability bounding set"],
			},
		],
	},
	{
		fact: "user.passed",
		madeOf: "kernel",
		what: "the inheritable and the ambient set of a command that is not root's",
		followsFrom: ["user.ids", "user.held", "root.held/inheritable-kept", "root.passed"],
		isConsequence: didNotRun("user.passed"),
		explain: [
			{
				when: (context) =>
					capabilitiesIn(credentialsOf(context)?.inheritable ?? "").some((one) => ENGINES.includes(one)),
				diagnosis: "engines-inheritable-kept",
				why: (context) =>
					`The command's inheritable set is: ${namesIn(credentialsOf(context)?.inheritable)}. ${ENGINES.map(capabilityName).join(" and ")} come from the engine's own process. A program whose file has the same inheritable capabilities would get them.`,
				try: "Pass capset the whole inheritable set: for another user than root, privileges.ambient and nothing else.",
				see: ["capset(2)", "capabilities(7), File capabilities"],
			},
			{
				diagnosis: "user-passes-on-others",
				why: (context) =>
					`The command's inheritable set is: ${namesIn(credentialsOf(context)?.inheritable)}. Its ambient set is: ${namesIn(credentialsOf(context)?.ambient)}. Both should be: ${context.drawn["low"]}, ${context.drawn["high"]}.`,
				try: "Use privileges.ambient for both sets.",
				see: ["capabilities(7)"],
			},
		],
	},
	{
		fact: "setuid",
		madeOf: "kernel",
		what: "a setuid program of root's that another user executes, with no_new_privs",
		followsFrom: ["user.ids"],
		explain: [
			...failuresOf(SETUID),
			{
				diagnosis: "setuid-gains",
				why: (context) =>
					`The program's file belongs to root and has the set-user-ID bit. It ${shown(context, "setuid")}. NoNewPrivs in /proc/PID/status is ${context.during?.commands[SETUID]?.credentials.noNewPrivileges ? 1 : 0}. Without this bit, execve makes such a program root, and gives it what is in the bounding set.`,
				try: "If privileges.noNewPrivileges is true, call prctl(PR_SET_NO_NEW_PRIVS, 1).",
				see: ["PR_SET_NO_NEW_PRIVS(2const)", "execve(2), NOTES"],
			},
		],
	},
	{
		fact: "setuid.bounding",
		madeOf: "kernel",
		what: "the bounding set of a command for which no capability is allowed",
		followsFrom: ["user.ids", "setuid", "reached", "root.bounding", "user.bounding"],
		isConsequence: didNotRun("setuid.bounding"),
		explain: [
			{
				diagnosis: "empty-list-ignored",
				why: (context) =>
					`privileges.bounding is an empty list, as with --cap-drop ALL. So the bounding set is to be empty. Shown: ${shown(context, "setuid.bounding")}.`,
				try: "Drop every capability that is not in the list, also if nothing is in it.",
				see: ["capabilities(7), Capability bounding set"],
			},
		],
	},
];
