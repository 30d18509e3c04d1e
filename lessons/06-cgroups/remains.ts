import type { Context, Explanation, FactRule } from "../../harness/judge/index.ts";
import { AFTER, cgroupsBelow, ownFile, pidsIn } from "./readings.ts";
import { BYSTANDER, OVERDRAWN, PARENT, REFUSED, SECOND, SPENT } from "./scenario.ts";

/** Explanations of the ends of the second container and of the refused ones, and of what they leave behind. */

const KERNEL_DOC = "Documentation/admin-guide/cgroup-v2.rst";

const endingOf = ({ observation }: Context, container: string) => observation.calls[container]?.ending;
const threw = (context: Context, container: string, pattern: RegExp) => {
	const ending = endingOf(context, container);
	return ending?.how === "threw" && pattern.test(ending.thrown.message);
};

/** How many processes of the second container still run. */
const survivors = (context: Context, moment: string) => pidsIn(context, moment, "second").length;

/** Signals that the second container's engine has sent. */
const signalsSent = ({ observation }: Context) =>
	(observation.calls[SECOND]?.ledger ?? [])
		.filter(({ call, error, args }) => call === "kill" && error === undefined && args["sig"] !== "0")
		.map(({ args }) => args["sig"] ?? "");

/** The second container's engine has sent signals, but not SIGKILL. */
const signalIgnored = (moment: string): Explanation => ({
	when: (context) =>
		signalsSent(context).length > 0 && !signalsSent(context).includes("SIGKILL") && survivors(context, moment) > 0,
	diagnosis: "signal-ignored",
	misconception: 17,
	why: (context) =>
		`${[...new Set(signalsSent(context))].join(" and ")} was sent, and ${survivors(context, moment)} processes of the second container still run in its cgroup. A program can ignore any signal but SIGKILL and SIGSTOP, and these do.`,
	try: "Write 1 to cgroup.kill: the kernel then sends SIGKILL to all that are in the cgroup.",
	see: ["signal(7)", `${KERNEL_DOC}, cgroup.kill`],
});

/** The engine has sent SIGKILL, but a process had forked meanwhile. */
const forkedMeanwhile = (moment: string): Explanation => ({
	when: (context) => signalsSent(context).includes("SIGKILL") && survivors(context, moment) > 0,
	diagnosis: "forked-meanwhile",
	misconception: 17,
	why: (context) =>
		`SIGKILL was sent ${signalsSent(context).filter((name) => name === "SIGKILL").length} times, and ${survivors(context, moment)} processes run in the second container's cgroup. In it, the end of one process makes another one fork: what is forked after a list was read is not on that list.`,
	try: "Write 1 to cgroup.kill, which also gets what is forked meanwhile; or read cgroup.procs again until it is empty.",
	see: [`${KERNEL_DOC}, cgroup.kill`],
});

const waitsForNobody: Explanation = {
	when: (context) => survivors(context, AFTER) > 0,
	diagnosis: "waits-for-nobody",
	misconception: 17,
	why: (context) =>
		`The command of a second container, which has no init, had left processes behind, and ${survivors(context, AFTER)} still run in its cgroup. They ignore all signals that can be ignored. The cgroup stays populated, and what waits for its end waits for ever.`,
	try: "Write 1 to cgroup.kill before you wait.",
	see: [`${KERNEL_DOC}, cgroup.kill`],
};

/** Explanations of an engine that never stops waiting for the second container's processes. */
export const waitsForEver: Explanation[] = [signalIgnored(AFTER), forkedMeanwhile(AFTER), waitsForNobody].map(
	(each) => ({
		...each,
		when: (context) =>
			context.ending.how === "hung" && endingOf(context, SECOND)?.how === "hung" && each.when?.(context) === true,
	}),
);

const BUSY = /^EBUSY.* rmdir/;

/** rmdir was refused because there are still cgroups below. */
export const cgroupBelow = (id: string, isBusy: (context: Context) => boolean): Explanation => ({
	when: (context) => isBusy(context) && cgroupsBelow(context, AFTER, id).length > 0,
	diagnosis: "cgroup-below",
	misconception: 17,
	why: (context) =>
		`rmdir refuses a cgroup that has others below it: EBUSY. There still is ${cgroupsBelow(context, AFTER, id).join(", ")}.`,
	try: "Remove the cgroups below first, the deepest one first.",
	see: ["cgroups(7)", "rmdir(2)"],
});

const secondBusy = (context: Context) => threw(context, SECOND, BUSY);
const stillPopulated = {
	diagnosis: "still-populated",
	misconception: 17,
	try: 'In remove: write 1 to cgroup.kill, wait until cgroup.events says "populated 0", then rmdirSync.',
	see: ["cgroups(7), Cgroups v2 cgroup.events file", `${KERNEL_DOC}, cgroup.kill`],
};

export const secondEnding: Explanation[] = [
	signalIgnored(SPENT),
	forkedMeanwhile(SPENT),
	cgroupBelow("second", secondBusy),
	{
		...stillPopulated,
		when: (context) => secondBusy(context) && survivors(context, SPENT) > 0,
		why: (context) =>
			`rmdir refuses a cgroup that processes are in: EBUSY. The command has ended, but it had started others, and ${survivors(context, SPENT)} of them still run. Without an init of its own, nobody else ends them.`,
	},
	{
		...stillPopulated,
		when: secondBusy,
		why: "rmdir refuses a cgroup that processes are in: EBUSY. A little later nobody was in it any more: when rmdir came, they were only just on their way out. What is killed is not gone yet.",
	},
	{
		diagnosis: "second-failed",
		why: (context) => {
			const ending = endingOf(context, SECOND);
			const said = ending?.how === "threw" ? ending.thrown.message : (ending?.how ?? "nothing");
			const undefinedWritten = /^EINVAL.* write$/.test(said)
				? " A possible cause: what was not asked for is undefined, and the kernel takes no such number."
				: "";
			return `The first container did not fail, and this one ended with: ${said}.${undefinedWritten}`;
		},
		try: "Write a limit only if it is given; and look at what this container has that the first one has not: no init, and processes that it leaves behind.",
		see: ["cgroups(7)"],
	},
];

export const refusedEnding: Explanation[] = [
	{
		when: (context) => ["exited", "child-returned", "asynchronous"].includes(endingOf(context, REFUSED)?.how ?? ""),
		diagnosis: "no-exception",
		why: (context) =>
			`The kernel takes no negative number for pids.max. What came of that: ${endingOf(context, REFUSED)?.how}. The engine has parts of other lessons to remove, and learns by an exception that it must.`,
		try: "Let the exception through: do not end the program yourself.",
		see: [`${KERNEL_DOC}, PID`],
	},
	{
		diagnosis: "refusal-swallowed",
		why: (context) => {
			const max = ownFile(context, "pids.max", SPENT, "refused");
			return `The kernel takes no negative number for pids.max: EINVAL. The container was started all the same${max === undefined ? "" : `, and its pids.max is ${max}`}. Somebody has asked for a limit, and there is none.`;
		},
		try: "Write the limit that was asked for, whatever else was, and let the exception through. A container without its limits is not what was asked for.",
		see: [`${KERNEL_DOC}, PID`],
	},
];

/** Whether createCgroup itself threw. Then the engine had nothing to remove. */
const threwBefore = (context: Context, container: string) => {
	const ending = endingOf(context, container);
	return ending?.how === "threw" && !ending.inChild && /\bcreateCgroup\b/.test(ending.thrown.stack);
};

const REFUSALS = [REFUSED, OVERDRAWN];
const isOf = (path: string, container: string) => path.startsWith(`${PARENT}/‹${container}›`);

const leftOf = ({ facts }: Context) => [facts["host.cgroups.after"] ?? []].flat().map(String);

export const leftBehind: FactRule[] = [
	{
		fact: "host.cgroups.after",
		madeOf: "kernel",
		what: "cgroups left behind on the host",
		explain: [
			{
				when: (context) =>
					leftOf(context).every((path) => REFUSALS.some((name) => isOf(path, name) && threwBefore(context, name))) ||
					(threwBefore(context, "box") && context.facts["command.ran"] === false),
				diagnosis: "left-after-refusal",
				misconception: 17,
				why: ({ thrown }) =>
					`This was made for a container that has never come to be${thrown === null ? ": the kernel refused its limit" : ""}. The exception ended createCgroup, and the directory was there already. The engine was given nothing that it could remove.`,
				try: "Catch the exception, rmdirSync the directory, and throw the exception again.",
				see: ["cgroups(7)", "rmdir(2)"],
			},
			{
				diagnosis: "cgroup-left",
				misconception: 17,
				why: "A cgroup stays until somebody removes it, also when nobody has been in it for years. The next container of that name would find it in its way.",
				try: "In remove: write 1 to cgroup.kill, wait until the cgroup is empty, then rmdirSync(path).",
				see: ["cgroups(7)", "rmdir(2)"],
			},
		],
	},
	{
		fact: "left.processes",
		madeOf: "kernel",
		what: "processes left behind",
		explain: [
			{
				when: ({ facts }) =>
					[facts["left.processes"] ?? []].flat().every((name) => /^(sleep|sh|env) /.test(String(name))),
				diagnosis: "processes-left",
				misconception: 17,
				why: "The second container's command had started processes of these names, and they still run. The cgroup knew them. Now nobody does.",
				try: "In remove, write 1 to cgroup.kill before anything else: it ends all processes in the cgroup, whoever their parents are.",
				see: [`${KERNEL_DOC}, cgroup.kill`],
			},
			{
				diagnosis: "process-of-your-own-left",
				misconception: 17,
				why: "These run on, and not all of them can be the containers': a container's processes are called sh, sleep and env here.",
				try: "createCgroup needs no process of its own; what it forks, it has to end and to wait for.",
				see: ["fork(2)", "waitpid(2)"],
			},
		],
	},
	{
		fact: "bystander",
		madeOf: "kernel",
		what: `a process of the host's, called ${BYSTANDER}, that no container has started`,
		explain: [
			{
				diagnosis: "bystander-killed",
				why: "It ran before the first container, in the host's own cgroup, and is gone now. A name does not say whose process it is; cgroup.procs does.",
				try: "Write 1 to cgroup.kill in path: it reaches what is in there, and nobody else.",
				see: [`${KERNEL_DOC}, cgroup.kill`],
			},
		],
	},
];
