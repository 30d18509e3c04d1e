import { type Context, type Explanation, type FactRule, howItEnded } from "../../harness/judge/index.ts";
import { AFTER, cgroupsBelow, containerFile, KERNEL_DOC, pidsIn } from "./readings.ts";
import { BYSTANDER, LIMITS_REACHED, PARENT, REFUSED_CPUS, REFUSED_PIDS, SECOND } from "./scenario.ts";

/** Explanations of the ends of the second container and of the refused ones, and of what they leave behind. */

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
		`The engine sent ${[...new Set(signalsSent(context))].join(" and ")}, but ${survivors(context, moment)} processes of the second container still run in its cgroup. A program can ignore any signal except SIGKILL and SIGSTOP, and these programs do.`,
	try: "Write 1 to cgroup.kill: the kernel then sends SIGKILL to all processes in the cgroup.",
	see: ["signal(7)", `${KERNEL_DOC}, cgroup.kill`],
});

/** The engine has sent SIGKILL, but a process had forked meanwhile. */
const forkedMeanwhile = (moment: string): Explanation => ({
	when: (context) => signalsSent(context).includes("SIGKILL") && survivors(context, moment) > 0,
	diagnosis: "forked-meanwhile",
	misconception: 17,
	why: (context) =>
		`The engine sent SIGKILL ${signalsSent(context).filter((name) => name === "SIGKILL").length} times, but ${survivors(context, moment)} processes still run in the second container's cgroup. In this container, the end of one process makes another one fork. A process that is forked after the list of pids was read is not on that list.`,
	try: "Write 1 to cgroup.kill, which also kills processes that are forked meanwhile. Or read cgroup.procs, and kill, again and again until it is empty.",
	see: [`${KERNEL_DOC}, cgroup.kill`],
});

const waitsForNobody: Explanation = {
	when: (context) => survivors(context, AFTER) > 0,
	diagnosis: "waits-for-nobody",
	misconception: 17,
	why: (context) =>
		`The second container has no init. Its command left processes behind, and ${survivors(context, AFTER)} of them still run in the cgroup. They ignore all signals that can be ignored. So the cgroup stays populated, and code that waits until it is empty waits for ever.`,
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

/**
 * rmdir was refused because there are still cgroups below.
 * @param id which drawn id is the container's, such as `id` or `second`
 * @param isBusy whether rmdir was refused with EBUSY
 */
export const cgroupBelow = (id: string, isBusy: (context: Context) => boolean): Explanation => ({
	when: (context) => isBusy(context) && cgroupsBelow(context, AFTER, id).length > 0,
	diagnosis: "cgroup-below",
	misconception: 17,
	why: (context) =>
		`rmdir fails with EBUSY if there are other cgroups below the cgroup. Still there: ${cgroupsBelow(context, AFTER, id).join(", ")}.`,
	try: "First remove the cgroups below it, starting with the deepest one.",
	see: ["cgroups(7)", "rmdir(2)"],
});

const secondBusy = (context: Context) => threw(context, SECOND, BUSY);
const stillPopulated = {
	diagnosis: "still-populated",
	misconception: 17,
	try: 'In remove: write 1 to cgroup.kill, wait until cgroup.events says "populated 0", then call rmdirSync.',
	see: ["cgroups(7), Cgroups v2 cgroup.events file", `${KERNEL_DOC}, cgroup.kill`],
};

export const secondEnding: Explanation[] = [
	signalIgnored(LIMITS_REACHED),
	forkedMeanwhile(LIMITS_REACHED),
	cgroupBelow("second", secondBusy),
	{
		...stillPopulated,
		when: (context) => secondBusy(context) && survivors(context, LIMITS_REACHED) > 0,
		why: (context) =>
			`rmdir fails with EBUSY if processes are in the cgroup. The command has ended, but it had started other processes, and ${survivors(context, LIMITS_REACHED)} of them still run. This container has no init whose end would kill them.`,
	},
	{
		...stillPopulated,
		when: secondBusy,
		why: "rmdir fails with EBUSY if processes are in the cgroup. A little later the cgroup was empty, so its processes were still ending when rmdir was called. A killed process is not gone at once.",
	},
	{
		diagnosis: "second-failed",
		why: (context) => {
			const ending = endingOf(context, SECOND);
			const endingText = ending?.how === "threw" ? `ended with: ${ending.thrown.message}` : howItEnded(ending);
			const undefinedWritten = /: EINVAL.* write$/.test(endingText)
				? " A possible cause: a limit that is not given is undefined, and the kernel does not accept the word undefined as a number."
				: "";
			return `The call for the first container returned, but this one ${endingText}.${undefinedWritten}`;
		},
		try: "Write a limit only if it is given. And look at how this container differs from the first one: it has no init, and leaves processes behind.",
		see: ["cgroups(7)"],
	},
];

export const refusedEnding: Explanation[] = [
	{
		when: (context) =>
			["exited", "child-returned", "asynchronous"].includes(endingOf(context, REFUSED_PIDS)?.how ?? ""),
		diagnosis: "no-exception",
		why: (context) =>
			`The kernel refuses a negative number in pids.max. But no exception reached the engine; it ${howItEnded(endingOf(context, REFUSED_PIDS))}. The engine needs the exception to know that it has to remove what the other lessons' parts have made.`,
		try: "Do not catch the exception, and do not end the program yourself.",
		see: [`${KERNEL_DOC}, pids.max`],
	},
	{
		when: (context) => endingOf(context, REFUSED_PIDS)?.how === "hung",
		diagnosis: "no-exception",
		why: "The kernel refuses a negative number in pids.max, so this call should end with an exception. When the check gave up, the call had not ended, or had not even begun.",
		try: "First find out why your program does not come to an end.",
		see: [`${KERNEL_DOC}, pids.max`],
	},
	{
		diagnosis: "refusal-swallowed",
		why: (context) => {
			const max = containerFile(context, "pids.max", LIMITS_REACHED, REFUSED_PIDS);
			return `The kernel refuses a negative number in pids.max: EINVAL. But the container was started${max === undefined ? "" : `, and its pids.max is ${max}`}. So the container runs without the limit that was given.`;
		},
		try: "Write every limit that is given, also if it is the only one, and do not catch the exception. A container must not start without its limits.",
		see: [`${KERNEL_DOC}, pids.max`],
	},
];

/** Whether createCgroup itself threw. Then the engine had nothing to remove. */
const createCgroupThrew = (context: Context, container: string) => {
	const ending = endingOf(context, container);
	return ending?.how === "threw" && !ending.inChild && /\bcreateCgroup\b/.test(ending.thrown.stack);
};

const REFUSED_CONTAINERS = [REFUSED_PIDS, REFUSED_CPUS];
const isCgroupOf = (path: string, container: string) => path.startsWith(`${PARENT}/‹${container}›`);

const cgroupsLeft = ({ facts }: Context) => [facts["host.cgroups.after"] ?? []].flat().map(String);

/** Findings about an engine that did not end all processes of the second container. */
const survivorFindings = [
	...["signal-ignored", "forked-meanwhile", "waits-for-nobody"].map((diagnosis) => `ending/${diagnosis}`),
	...["signal-ignored", "forked-meanwhile", "still-populated"].map((diagnosis) => `second.ending/${diagnosis}`),
];

export const leftBehindRules: FactRule[] = [
	{
		fact: "host.cgroups.after",
		madeOf: "kernel",
		what: "cgroups left behind on the host",
		// A cgroup with processes cannot be removed, so the surviving processes may be the cause. But a refused container
		// has no processes: the explanation for its cgroup follows from no other finding.
		// For the same reason, an engine that has joined the container's cgroup, or was killed with it, cannot remove it.
		followsFrom: [...survivorFindings, "ending/engine-joined", "engine/engine-joined"],
		explain: [
			{
				when: (context) =>
					cgroupsLeft(context).every((path) =>
						REFUSED_CONTAINERS.some((name) => isCgroupOf(path, name) && createCgroupThrew(context, name)),
					) ||
					(createCgroupThrew(context, "box") && context.facts["command.ran"] === false),
				diagnosis: "left-after-refusal",
				misconception: 17,
				followsFrom: [],
				why: ({ thrown }) =>
					`createCgroup made this cgroup for a container that was never started${thrown === null ? ", because the kernel refused its limit" : ""}. The exception ended createCgroup after the directory had been made. So the engine got no Cgroup that it could remove.`,
				try: "Catch the exception, call rmdirSync(path), and throw the exception again.",
				see: ["cgroups(7)", "rmdir(2)"],
			},
			{
				diagnosis: "cgroup-left",
				misconception: 17,
				why: "A cgroup stays until a process removes it, even if it is empty. It would be in the way of the next container with the same name.",
				try: "In remove: write 1 to cgroup.kill, wait until the cgroup is empty, then call rmdirSync for each cgroup that your code has made, the deepest one first.",
				see: ["cgroups(7)", "rmdir(2)"],
			},
		],
	},
	{
		fact: "left.processes",
		madeOf: "kernel",
		what: "processes left behind",
		followsFrom: [...survivorFindings, "host.cgroups.after/cgroup-left"],
		explain: [
			{
				when: ({ facts }) => [facts["left.processes"] ?? []].flat().every((name) => /^(sleep|sh) /.test(String(name))),
				diagnosis: "processes-left",
				misconception: 17,
				why: "These processes still run. The second container's command had started processes with these names. Only the container's cgroup lists all its processes.",
				try: "In remove, write 1 to cgroup.kill before anything else: it ends all processes in the cgroup, whoever their parents are.",
				see: [`${KERNEL_DOC}, cgroup.kill`],
			},
			{
				diagnosis: "process-of-your-own-left",
				misconception: 17,
				followsFrom: [],
				why: "These processes still run, and not all of them are the containers': here, the containers' processes are named sh and sleep.",
				try: "createCgroup needs no process of its own. If it forks one, it has to end it and to wait for it.",
				see: ["fork(2)", "waitpid(2)"],
			},
		],
	},
	{
		fact: "bystander",
		madeOf: "kernel",
		what: `a process of the host, named ${BYSTANDER}, that no container has started`,
		followsFrom: [],
		explain: [
			{
				diagnosis: "bystander-killed",
				why: "This process was started before the first container, in the host's own cgroup, and is gone now. The name of a process does not show which container it belongs to; cgroup.procs does.",
				try: "Write 1 to cgroup.kill in path: this kills the processes in the cgroup, and no others.",
				see: [`${KERNEL_DOC}, cgroup.kill`],
			},
		],
	},
];
