import {
	type Context,
	DURING,
	defineCheck,
	type Explanation,
	type FactRule,
	type FactValue,
} from "../../harness/judge/index.ts";
import { derive, GONE, USUAL_PERIOD_US } from "./facts.ts";
import { cpusNotLimited, lifted, memoryNotLimited, pidsNotLimited, swapOpen, takenAway } from "./limits.ts";
import { engineInside, limitOn, pathOf, pidsIn } from "./readings.ts";
import { engineJoined, refusals } from "./refusals.ts";
import { leftBehind, refusedEnding, secondEnding } from "./remains.ts";
import { drawn, scenario } from "./scenario.ts";

/** Whether the command is outside the cgroup with its limits. Then every other finding follows from that. */
const elsewhere = (_: FactValue, { facts }: Context) => facts["command.cgroup"] !== "0::/box/‹id›";

/**
 * The same for an effect, which is also not visible if the command ended too early. Then `ending` reports the reason.
 */
const unseen = (got: FactValue, context: Context) =>
	elsewhere(got, context) || (got === GONE && context.facts["ending"] !== "returned ‹exitCode›");

/** Two rules for each limit: the file shows its value, and the command runs into it. */
const limit = (
	name: string,
	file: string,
	effect: string,
	explain: Explanation[],
	before: Explanation[] = [],
): FactRule[] => [
	{
		fact: `limit.${name}`,
		madeOf: "kernel",
		what: `${file} of the command's cgroup`,
		accept: elsewhere,
		explain: [takenAway(name), lifted(name), ...explain],
	},
	{
		fact: `effect.${name}`,
		madeOf: "kernel",
		what: effect,
		accept: unseen,
		explain: [takenAway(name), ...before, lifted(name), ...explain],
	},
];

export default defineCheck({
	module: "cgroup.ts",
	exported: "createCgroup",
	weight: 15,
	lessonSummary:
		"A cgroup is a directory that processes are in. Limits are files in it, and hold for everything that is started from there; a limit that nobody has run into has not been tested.",
	draw: drawn,
	scenario,
	derive,
	facts: [
		{
			fact: "command.cgroup",
			madeOf: "kernel",
			what: "the command's cgroup (/proc/PID/cgroup)",
			explain: [
				{
					when: ({ during, drawn }) => during?.host.cgroups.includes(pathOf(drawn)) === false,
					diagnosis: "no-cgroup",
					why: ({ drawn, process }) =>
						`There is no directory /sys/fs/cgroup${pathOf(drawn)}. A cgroup is made by mkdir, below another one; the kernel then fills the directory with files.${process?.cgroup === process?.engineCgroup ? " The command is where its engine is." : ""}`,
					try: "Make the directory path with mkdirSync in createCgroup, and have join write to cgroup.procs in it.",
					see: ["cgroups(7), Cgroups v2 unified hierarchy"],
				},
				{
					when: (context) => String(context.facts["command.cgroup"]).includes("later"),
					diagnosis: "moved-out",
					why: "The command was in the cgroup at first, and is not there any more. What a process does is charged to the cgroup that it is in at that time.",
					try: "Look for what writes the command's pid to another cgroup.procs.",
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
				{
					when: (context) => pidsIn(context, DURING).length > 0,
					diagnosis: "joined-another",
					misconception: 12,
					why: (context) =>
						`There is a process in the cgroup, but it is not the command, pid ${context.process?.pid}${engineInside(context) ? ": it is the engine" : ""}. A process that is moved takes nobody along: only what it forks from then on is in the cgroup, too.`,
					try: 'In join, write getpid() to cgroup.procs, or "0", which means whoever writes. join is called in the process that becomes the container.',
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
				{
					diagnosis: "not-joined",
					misconception: 12,
					why: "The cgroup is there, and neither its cgroup.procs nor any below it has a pid: nobody is in it, so nobody is limited.",
					try: "In join, write getpid() to cgroup.procs, and do it synchronously: a forked process has no event loop, and becomes the command at once.",
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
			],
		},
		{ fact: "engine", madeOf: "kernel", what: "the engine, and the container's cgroup", explain: [engineJoined] },
		{
			fact: "parent.limits",
			madeOf: "kernel",
			what: "limits of the parent, /sys/fs/cgroup/box",
			explain: [
				{
					diagnosis: "parent-limited",
					why: "The limits were written one directory too high. They hold for all containers together, also for those that come later.",
					try: "Write them to files in path itself. Only cgroup.subtree_control is the parent's.",
					see: ["cgroups(7)"],
				},
			],
		},
		...limit(
			"memory",
			"memory.max",
			"a program in the container that takes 16 MiB more than it may (oom_kill in memory.events.local)",
			memoryNotLimited,
			[swapOpen],
		),
		{
			fact: "limit.swap",
			madeOf: "kernel",
			what: "memory.swap.max of the command's cgroup",
			// If the memory limit is missing, that is the first finding.
			accept: (_, { facts }) => facts["limit.memory"] !== "‹memoryMaxBytes›",
			explain: [takenAway("swap"), lifted("swap"), swapOpen, ...memoryNotLimited],
		},
		...limit(
			"pids",
			"pids.max",
			"more forks in the container than it may have processes (max in pids.events.local)",
			pidsNotLimited,
		),
		{
			fact: "limit.cpus",
			madeOf: "kernel",
			what: "processors that cpu.max leaves to the command's cgroup",
			accept: elsewhere,
			explain: [takenAway("cpus"), lifted("cpus"), ...cpusNotLimited],
		},
		{
			fact: "effect.cpus",
			madeOf: "kernel",
			what: "a loop in the container that does nothing but work (nr_throttled in cpu.stat)",
			// If the period is longer than the loop runs, the loop need not use up its quota.
			accept: (got, context) =>
				unseen(got, context) ||
				(context.facts["limit.cpus"] === "‹cpus›" &&
					Number(limitOn(context, "cpu.max").split(" ")[1]) > USUAL_PERIOD_US),
			explain: [takenAway("cpus"), lifted("cpus"), ...cpusNotLimited],
		},
		{
			fact: "second.ending",
			madeOf: "exercise",
			what: "a second container, without an init and without limits; what its command leaves behind ignores signals",
			// What ended the first container ends this one, too.
			accept: (_, { ending }) => ending.how !== "returned",
			explain: secondEnding,
		},
		{
			fact: "second.limits",
			madeOf: "kernel",
			what: "limits of that second container",
			accept: (got, context) =>
				elsewhere(got, context) || (got === GONE && context.facts["second.ending"] !== "returned"),
			explain: [
				{
					diagnosis: "limited-unasked",
					why: "This container was asked for without limits. What is not given is not limited: the kernel says max there until somebody writes a number.",
					try: "Write a limit only if it is given, and write what was given.",
					see: ["cgroups(7)"],
				},
			],
		},
		{
			fact: "refused.ending",
			madeOf: "exercise",
			what: "a container with a limit that the kernel refuses (pidsMax -1)",
			explain: refusedEnding,
		},
		...leftBehind,
	],
	exceptions: refusals,
});
