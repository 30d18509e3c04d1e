import {
	type Context,
	called,
	calledOnlyInChildren,
	capabilitiesIn,
	capabilityName,
	commandAt,
	type Explanation,
	type FactRule,
} from "../../harness/judge/index.ts";
import { ALL, shown } from "./facts.ts";
import { failuresOf, hasSet } from "./refusals.ts";
import { askedFor, ENGINES, EXEC, PRIVILEGED } from "./scenario.ts";

/** The rules about root's commands: in the first container, entered into it, and in the one with all capabilities. */

const namesOf = (set: readonly number[]) => set.map(capabilityName).join(", ") || "none";

/** What a set of the first container's command has more than what is asked for. */
function extraIn({ process, drawn }: Context, set: "boundingSet" | "permitted" | "inheritable"): number[] {
	const asked = set === "inheritable" ? [] : (askedFor(drawn)["box"]?.bounding ?? []);
	return capabilitiesIn(process?.credentials[set] ?? "").filter((number) => !asked.includes(number));
}

const isFull = ({ facts }: Context) => facts["root.bounding"] === ALL;
const drops = (context: Context) => called(context, "prctl", "PR_CAPBSET_DROP");

/** Why nothing is missing in the bounding set. */
const nothingDropped: Explanation[] = [
	{
		when: (context) => isFull(context) && calledOnlyInChildren(context, "prctl", "PR_CAPBSET_DROP"),
		diagnosis: "dropped-in-child",
		why: "A child of the process that became the command has dropped capabilities from its bounding set. Every process has a bounding set of its own, and a child that is forked later inherits it. The command's is still full: CapBnd in /proc/PID/status.",
		try: "Call prctl in the process that calls limitPrivileges, without a fork.",
		see: ["capabilities(7), Capability bounding set", "fork(2)"],
	},
	{
		when: (context) => isFull(context) && hasSet(context),
		diagnosis: "permitted-only",
		why: "Your program has called capset, but the bounding set is still full: CapBnd in /proc/PID/status. execve computes the permitted set anew. For root, the new one is everything in the bounding set, whatever was permitted before. So execve has given it all back.",
		try: "Drop each capability that is not in privileges.bounding from the bounding set: prctl(PR_CAPBSET_DROP, capability).",
		see: ["capabilities(7), Transformation of capabilities during execve()", "PR_CAPBSET_DROP(2const)"],
	},
	{
		when: (context) => isFull(context) && !drops(context),
		diagnosis: "nothing-dropped",
		why: (context) =>
			`The command's bounding set, CapBnd in /proc/PID/status, is full. So root in the container has all of root's power on this kernel. It has tried three things, and has got: ${shown(context, "reached")}.`,
		try: "Begin with the bounding set: prctl(PR_CAPBSET_DROP, capability) for each capability that is not in privileges.bounding.",
		see: ["capabilities(7), Capability bounding set", "PR_CAPBSET_DROP(2const)"],
	},
];

const inheritableKept: Explanation = {
	when: (context) => {
		const kept = extraIn(context, "inheritable");
		return kept.length > 0 && kept.every((number) => ENGINES.includes(number));
	},
	diagnosis: "inheritable-kept",
	why: (context) =>
		`The command's inheritable set has ${namesOf(extraIn(context, "inheritable"))}. The engine's own process had these in its inheritable set, and each process inherits the set. Dropping from the bounding set does not change it. For root, execve adds what is inheritable to what is permitted.`,
	try: "Empty the inheritable set with capset, also for root: inheritable: [].",
	see: ["capabilities(7), Transformation of capabilities during execve()", "capset(2)"],
};

/** Why the bounding set is not what is asked for. */
const boundingExplanations: Explanation[] = [
	...nothingDropped,
	{
		when: (context) => {
			const extra = extraIn(context, "boundingSet");
			return extra.length > 0 && extra.every((number) => number > 31);
		},
		diagnosis: "above-31-left",
		why: (context) =>
			`The bounding set still has ${namesOf(extraIn(context, "boundingSet"))}. All of them have numbers above 31. A set has 64 bits, and this kernel uses the numbers 0 to 40.`,
		try: "Go on up to the highest number, which is in /proc/sys/kernel/cap_last_cap. JavaScript's bit operators, such as << and &, know only 32 bits.",
		see: ["capabilities(7), Capabilities list", "proc_sys_kernel(5)"],
	},
	{
		when: (context) => extraIn(context, "boundingSet").length === 0,
		diagnosis: "dropped-too-much",
		why: (context) =>
			`Something that is asked for is not in the bounding set. Shown: ${shown(context, "root.bounding")}. A capability that is dropped from this set cannot be put back.`,
		try: "Drop what is not in privileges.bounding, and nothing else.",
		see: ["PR_CAPBSET_DROP(2const)"],
	},
	{
		diagnosis: "bounding-differs",
		why: (context) =>
			`The bounding set is not what is asked for. Shown: ${shown(context, "root.bounding")}. After execve, root has what is in this set. No program's file can give anything else.`,
		try: "Go through all numbers from 0 to the highest, and drop each one that is not in privileges.bounding.",
		see: ["capabilities(7), Capability bounding set"],
	},
];

/** The same, if the permitted set differs only because of that. */
const followsBounding: Explanation[] = boundingExplanations.map((explanation) => ({
	...explanation,
	when: (context) =>
		context.facts["root.held"] === context.facts["root.bounding"] && explanation.when?.(context) !== false,
}));

export const rootRules: FactRule[] = [
	{
		fact: "reached",
		madeOf: "files",
		what: "what root's command has reached of the host: it has tried mknod and read, mount, and adjtimex",
		explain: [
			...nothingDropped,
			{
				diagnosis: "wall-missing",
				why: (context) =>
					`The command has got: ${shown(context, "reached")}. mknod of a device needs CAP_MKNOD, mount needs CAP_SYS_ADMIN, and adjtimex needs CAP_SYS_TIME. None of the three is in privileges.bounding. The command's permitted set has more than what is asked for: ${namesOf(extraIn(context, "permitted"))}.`,
				try: "Drop every capability that is not in privileges.bounding, and not those of a list of your own.",
				see: ["capabilities(7), Capabilities list"],
			},
		],
	},
	{
		fact: "root.bounding",
		madeOf: "kernel",
		what: "the bounding set of root's command",
		followsFrom: ["reached"],
		explain: boundingExplanations,
	},
	{
		fact: "root.held",
		madeOf: "kernel",
		what: "the permitted and the effective set of root's command",
		followsFrom: ["reached", "root.bounding"],
		explain: [
			...followsBounding,
			inheritableKept,
			{
				diagnosis: "held-differs",
				why: (context) =>
					`After execve, root has what is in the bounding set. Here, that is not so: ${shown(context, "root.held")}. Possible causes: no_new_privs is set, and capset has taken away more than asked for before execve; SECBIT_NOROOT is set.`,
				try: "For root, set permitted and effective to privileges.bounding.",
				see: ["capabilities(7), Transformation of capabilities during execve()", "PR_SET_NO_NEW_PRIVS(2const)"],
			},
		],
	},
	{
		fact: "root.passed",
		madeOf: "kernel",
		what: "the inheritable and the ambient set of root's command, which are to be empty",
		followsFrom: ["root.held/inheritable-kept"],
		explain: [
			inheritableKept,
			{
				when: ({ process }) => capabilitiesIn(process?.credentials.ambient ?? "").length > 0,
				diagnosis: "ambient-for-root",
				why: ({ process }) =>
					`Root's command has ambient capabilities: ${namesOf(capabilitiesIn(process?.credentials.ambient ?? ""))}. Root has all that is in the bounding set without them. What is ambient or inheritable is for commands of other users.`,
				try: "After becomeUser, ask for the user id: process.geteuid(). If it is 0, leave the inheritable and the ambient set empty.",
				see: ["capabilities(7)", "PR_CAP_AMBIENT(2const)"],
			},
			{
				diagnosis: "inheritable-for-root",
				why: (context) =>
					`Root's command has inheritable capabilities: ${namesOf(extraIn(context, "inheritable"))}. Root does not need them. And if the command then becomes another user, they stay: a program whose file has inheritable capabilities gets them back.`,
				try: "For root, pass inheritable: [] to capset.",
				see: ["capabilities(7), File capabilities"],
			},
		],
	},
	{
		fact: "root.no-new-privileges",
		madeOf: "kernel",
		what: "no_new_privs of a command for which it is not asked",
		explain: [
			{
				diagnosis: "set-without-being-asked",
				why: "NoNewPrivs in /proc/PID/status is 1, and privileges.noNewPrivileges is false. With this bit, a setuid program such as su or sudo is of no use any more, and the bit can never be cleared.",
				try: "Call prctl(PR_SET_NO_NEW_PRIVS, 1) only if privileges.noNewPrivileges is true.",
				see: ["PR_SET_NO_NEW_PRIVS(2const)"],
			},
		],
	},
];

export const otherRootRules: FactRule[] = [
	{
		fact: "exec.sets",
		madeOf: "kernel",
		what: "how the sets of a command that enters the first container differ from what is asked for",
		followsFrom: ["reached", "root.bounding", "root.held", "root.passed", "root.no-new-privileges"],
		explain: [
			...failuresOf(EXEC),
			{
				diagnosis: "entered-with-more",
				why: (context) =>
					`A command that enters a container asks for the same privileges as the container's own command. This one has others. Shown: ${shown(context, "exec.sets")}. Its process comes from the host, with all of root's capabilities, and not from the container.`,
				try: "Do the same in each call of limitPrivileges, and keep nothing from one call to the next.",
				see: ["capabilities(7)"],
			},
		],
	},
	{
		fact: "privileged",
		madeOf: "files",
		what: "what root's command with all capabilities has reached",
		followsFrom: ["root.held/inheritable-kept", "root.passed"],
		explain: [
			...failuresOf(PRIVILEGED, PRIVILEGED),
			{
				when: ({ observation }) => {
					const { boundingSet, permitted } = commandAt(observation, PRIVILEGED, PRIVILEGED)?.credentials ?? {};
					return boundingSet !== undefined && boundingSet !== permitted;
				},
				diagnosis: "limited-by-no-new-privs",
				why: (context) =>
					`This container asks for all capabilities, and for no_new_privs. Its bounding set has more than its permitted set. Shown: ${shown(context, "privileged")}. With no_new_privs, execve gives root only what was permitted before. So for root, what capset has taken away is not given back.`,
				try: "For root, put all of privileges.bounding into the permitted set.",
				see: ["PR_SET_NO_NEW_PRIVS(2const)", "capabilities(7)"],
			},
			{
				diagnosis: "privileged-limited",
				why: (context) =>
					`This container asks for all capabilities. Its command is to have them, and to reach what the first container's command must not reach. Shown: ${shown(context, "privileged")}.`,
				try: "Drop only what is not in privileges.bounding. Do not rely on a list of your own.",
				see: ["capabilities(7), Capability bounding set"],
			},
		],
	},
];
