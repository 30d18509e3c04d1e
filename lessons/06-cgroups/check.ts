import {
	type Context,
	DURING,
	defineCheck,
	EARLY_END,
	type Explanation,
	FAILED_START,
	type FactRule,
	type FactValue,
} from "../../harness/judge/index.ts";
import { COMMAND_ENDED, deriveFacts, USUAL_PERIOD_US } from "./facts.ts";
import {
	controllerTakenAway,
	cpusNotLimited,
	limitLifted,
	memoryNotLimited,
	pidsNotLimited,
	slowedBelowLimit,
	swapOpen,
} from "./limits.ts";
import { leftBehindRules, refusedEnding, secondEnding } from "./other-containers.ts";
import { engineInside, limitOn, pathOf, pidsIn } from "./readings.ts";
import { engineJoined, refusals } from "./refusals.ts";
import { drawInputs, scenario } from "./scenario.ts";

/** Whether the command is outside the cgroup with its limits. The fact `command.cgroup` then reports that. */
const isOutsideCgroup = (_: FactValue, { facts }: Context) => facts["command.cgroup"] !== "0::/box/‹id›";

/**
 * Whether a limit's effect cannot be seen: the command is outside the cgroup, or ended too early. If it ended too early,
 * the fact `ending` reports the reason.
 */
const isEffectInvisible = (got: FactValue, context: Context) =>
	isOutsideCgroup(got, context) || (got === COMMAND_ENDED && context.facts["ending"] !== "returned ‹exitCode›");

/**
 * Two rules for one limit: the file shows its value, and the kernel enforces it.
 * @param name `memory` or `pids`
 * @param file the name of the limit's file in the cgroup
 * @param effect what the second rule is about, for the report
 * @param explain explanations for both rules
 * @param effectOnly explanations for the second rule alone
 */
const limitRules = (
	name: string,
	file: string,
	effect: string,
	explain: Explanation[],
	effectOnly: Explanation[] = [],
): FactRule[] => [
	{
		fact: `limit.${name}`,
		madeOf: "kernel",
		what: `${file} of the command's cgroup`,
		accept: isOutsideCgroup,
		followsFrom: [FAILED_START],
		explain: [controllerTakenAway(name), limitLifted(name), ...explain],
	},
	{
		fact: `effect.${name}`,
		madeOf: "kernel",
		what: effect,
		accept: isEffectInvisible,
		followsFrom: [EARLY_END, `limit.${name}`],
		explain: [controllerTakenAway(name), ...effectOnly, limitLifted(name), ...explain],
	},
];

export default defineCheck({
	module: "cgroup.ts",
	exported: "createCgroup",
	weight: 15,
	groups: [
		{ title: "a cgroup of its own", points: 2, facts: ["command.cgroup", "engine"] },
		{ title: "a limit of memory", points: 3, facts: ["limit.memory", "effect.memory", "limit.swap"] },
		{ title: "a limit of processes", points: 2, facts: ["limit.pids", "effect.pids"] },
		{ title: "a limit of processors", points: 2, facts: ["limit.cpus", "effect.cpus"] },
		{
			title: "no limit for others",
			points: 1,
			facts: ["parent.limits", "second.limits"],
			onlyWith: ["a limit of memory", "a limit of processes", "a limit of processors"],
		},
		{
			title: "all processes are ended, and the cgroup is removed",
			points: 3,
			facts: ["second.ending", "host.cgroups.after", "left.processes", "bystander"],
			onlyWith: ["a cgroup of its own"],
		},
		{ title: "a limit that the kernel refuses", points: 1, facts: ["refused.ending"] },
	],
	lessonSummary:
		"A cgroup is a directory that contains processes. Its limits are files in this directory, and hold for its processes and all their children. A limit is tested only when a process has reached it.",
	draw: drawInputs,
	scenario,
	derive: deriveFacts,
	facts: [
		{
			fact: "command.cgroup",
			madeOf: "kernel",
			what: "the command's cgroup (/proc/PID/cgroup)",
			followsFrom: [FAILED_START],
			explain: [
				{
					when: ({ during, drawn }) => during?.host.cgroups.includes(pathOf(drawn)) === false,
					diagnosis: "no-cgroup",
					why: ({ drawn, process }) =>
						`There is no directory /sys/fs/cgroup${pathOf(drawn)}. To create a cgroup, make a directory below another cgroup; the kernel then creates the files in it.${process?.cgroup === process?.engineCgroup ? " The command is in its engine's cgroup." : ""}`,
					try: "Make the directory path with mkdirSync in createCgroup, and write to its cgroup.procs in join.",
					see: ["cgroups(7), Cgroups v2 unified hierarchy"],
				},
				{
					when: (context) => String(context.facts["command.cgroup"]).includes("later"),
					diagnosis: "moved-out",
					why: "The command was in one cgroup at first, and later in another one. The kernel charges a process's use of resources to the cgroup that the process is in at that moment.",
					try: "Find the code that writes the command's pid to a cgroup.procs after join has returned.",
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
				{
					when: (context) => pidsIn(context, DURING).length > 0,
					diagnosis: "joined-another",
					misconception: 12,
					why: (context) =>
						`A process is in the cgroup, but it is not the command (pid ${context.process?.pid})${engineInside(context) ? ": it is the engine" : ""}. Moving a process does not move its children: only children that it forks afterwards are in the cgroup, too.`,
					try: 'In join, write getpid() to cgroup.procs, or "0", which means the process that writes. The engine calls join in the process that becomes the container.',
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
				{
					diagnosis: "not-joined",
					misconception: 12,
					why: "The cgroup exists, but its cgroup.procs is empty, and so is every cgroup.procs below it: no process is in the cgroup, so its limits hold for no process. If a process has joined, it has left the cgroup since, or has ended.",
					try: "In join, write getpid() to cgroup.procs in path, and do it synchronously: a forked process has no event loop, and becomes the command at once.",
					see: ["cgroups(7), Creating cgroups and moving processes"],
				},
			],
		},
		{
			fact: "engine",
			madeOf: "kernel",
			what: "the engine's cgroup",
			followsFrom: ["command.cgroup/joined-another"],
			explain: [engineJoined],
		},
		{
			fact: "parent.limits",
			madeOf: "kernel",
			what: "limits of the parent, /sys/fs/cgroup/box",
			followsFrom: [FAILED_START],
			explain: [
				{
					diagnosis: "parent-limited",
					why: "These limits are in files of the parent, one directory above path. They hold for all containers together, also for later ones.",
					try: "Write the limits to files in path itself. The only file to write in the parent is cgroup.subtree_control.",
					see: ["cgroups(7)"],
				},
			],
		},
		...limitRules(
			"memory",
			"memory.max",
			"a program that takes 16 MiB more than the limit (oom_kill in memory.events.local)",
			memoryNotLimited,
			[swapOpen, slowedBelowLimit],
		),
		{
			fact: "limit.swap",
			madeOf: "kernel",
			what: "memory.swap.max of the command's cgroup",
			followsFrom: [FAILED_START],
			// If the memory limit is missing or wrong, another finding reports that.
			accept: (_, { facts }) => facts["limit.memory"] !== "‹memoryMaxBytes›",
			explain: [controllerTakenAway("swap"), limitLifted("swap"), swapOpen, ...memoryNotLimited],
		},
		...limitRules("pids", "pids.max", "forks beyond the limit (max in pids.events.local)", pidsNotLimited),
		{
			fact: "limit.cpus",
			madeOf: "kernel",
			what: "processors that cpu.max allows to the command's cgroup",
			followsFrom: [FAILED_START],
			accept: isOutsideCgroup,
			explain: [controllerTakenAway("cpus"), limitLifted("cpus"), ...cpusNotLimited],
		},
		{
			fact: "effect.cpus",
			madeOf: "kernel",
			what: "a busy loop in the container (nr_throttled in cpu.stat)",
			followsFrom: [EARLY_END, "limit.cpus"],
			// With a longer period than usual, the loop may end before it has used up the quota.
			accept: (got, context) =>
				isEffectInvisible(got, context) ||
				(context.facts["limit.cpus"] === "‹cpus›" &&
					Number(limitOn(context, "cpu.max").split(" ")[1]) > USUAL_PERIOD_US),
			explain: [controllerTakenAway("cpus"), limitLifted("cpus"), ...cpusNotLimited],
		},
		{
			fact: "second.ending",
			madeOf: "exercise",
			what: "the end of a second container, which has no init and no limits, and leaves processes that ignore signals",
			// What ended the first container ends this one, too.
			accept: (_, { ending }) => ending.how !== "returned",
			explain: secondEnding,
		},
		{
			fact: "second.limits",
			madeOf: "kernel",
			what: "limits of the second container",
			followsFrom: [FAILED_START],
			accept: (got, context) =>
				isOutsideCgroup(got, context) || (got === COMMAND_ENDED && context.facts["second.ending"] !== "returned"),
			explain: [
				{
					diagnosis: "limited-unasked",
					why: "createCgroup was called without limits for this container. Do not write a limit that is not given: the file contains max until a process writes a number.",
					try: "Write a limit only if it is given, and write exactly the given number.",
					see: ["cgroups(7)"],
				},
			],
		},
		{
			fact: "refused.ending",
			madeOf: "exercise",
			what: "the end of a container with a limit that the kernel refuses (pidsMax -1)",
			explain: refusedEnding,
		},
		...leftBehindRules,
	],
	exceptions: refusals,
});
