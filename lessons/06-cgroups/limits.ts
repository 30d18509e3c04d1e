import { type Context, DURING, type Explanation } from "../../harness/judge/index.ts";
import { EXCEEDED } from "./facts.ts";
import { containerFile, hostAt, KERNEL_DOC, limitOn, parentFile } from "./readings.ts";
import { LIMITS_REACHED, PARENT } from "./scenario.ts";

/** Explanations of limits that are wrong, or have no effect. */

/** For each limit: its controller, its file, and what its fact shows if it is right. */
const CONTROLLERS: Readonly<Record<string, { controller: string; file: string; expected: string }>> = {
	memory: { controller: "memory", file: "memory.max", expected: "‹memoryMaxBytes›" },
	pids: { controller: "pids", file: "pids.max", expected: "‹pidsMax›" },
	cpus: { controller: "cpu", file: "cpu.max", expected: "‹cpus›" },
	swap: { controller: "memory", file: "memory.swap.max", expected: "0" },
};

const fileText = (context: Context, name: string, moment = DURING) =>
	containerFile(context, name, moment) ?? "there is no such file";

/** Whether the parent's cgroup.subtree_control contains a controller. */
const isHandedDown = ({ observation }: Context, controller: string, moment = DURING) =>
	(parentFile(observation, "cgroup.subtree_control", moment) ?? "").split(" ").includes(controller);

/** The limit was there, and has disappeared with its controller. @param limit `memory`, `pids`, `cpus` or `swap` */
export function controllerTakenAway(limit: string): Explanation {
	const { controller = "", file = "" } = CONTROLLERS[limit] ?? {};
	return {
		// If the run did not get as far as that moment, nothing is known about it.
		when: (context) =>
			hostAt(context.observation, LIMITS_REACHED) !== undefined &&
			isHandedDown(context, controller) &&
			!isHandedDown(context, controller, LIMITS_REACHED),
		diagnosis: "controllers-taken-away",
		why: ({ observation }) =>
			`${file} existed, and is gone. While this container still ran, other containers ended. Since then, cgroup.subtree_control of /sys/fs/cgroup${PARENT} contains ${parentFile(observation, "cgroup.subtree_control", LIMITS_REACHED) || "nothing"}. When a cgroup stops handing a controller down, all cgroups below lose the controller, with all its limits.`,
		try: "When a container is removed, do not change cgroup.subtree_control of the parent: other containers may still need it.",
		see: ["cgroups(7), Cgroups v2 subtree control"],
	};
}

/** The limit was there while the command waited, but not when the command asked for more. */
export function limitLifted(limit: string): Explanation {
	const { file = "", expected = "" } = CONTROLLERS[limit] ?? {};
	return {
		when: ({ facts }) =>
			String(facts[`limit.${limit}`]).startsWith(`${expected}, and later `) ||
			(facts[`limit.${limit}`] === expected && facts[`effect.${limit}`] === EXCEEDED),
		diagnosis: "limit-lifted",
		why: (context) =>
			`${file} was right while the command waited. Then another container ended, and others were refused. When the command then exceeded the limit, the limit was not in force. ${file} afterwards: ${fileText(context, file, LIMITS_REACHED)}.`,
		try: "createCgroup and remove must not write to another container's cgroup.",
		see: ["cgroups(7)"],
	};
}

/**
 * Explanations of a limit that is wrong or has no effect.
 * @param limit `memory`, `pids` or `cpus`
 * @param diagnosis for a limit whose file was right, but which the kernel has not enforced
 * @param specific for limits that are wrong in a certain way; tried first
 * @param wrong for all other limits that are wrong, if their controller is handed down
 */
function notLimited(limit: string, diagnosis: string, specific: Explanation[], wrong: Explanation): Explanation[] {
	const { controller = "", file = "", expected = "" } = CONTROLLERS[limit] ?? {};
	const isWrong = ({ facts }: Context) => facts[`limit.${limit}`] !== expected;
	return [
		...specific.map((each) => ({
			...each,
			when: (context: Context) => isWrong(context) && each.when?.(context) === true,
		})),
		{
			when: (context) => isWrong(context) && !isHandedDown(context, controller),
			diagnosis: "controller-not-enabled",
			misconception: 11,
			why: ({ observation }) =>
				`There is no ${file} in the container's cgroup. A cgroup has only the files of the controllers that its parent hands down, and cgroup.subtree_control of /sys/fs/cgroup${PARENT} contains ${parentFile(observation, "cgroup.subtree_control") || "nothing"}. But createCgroup did not throw.`,
			try: 'First write "+memory +pids +cpu" to cgroup.subtree_control of the parent, dirname(path). And do not catch exceptions.',
			see: ["cgroups(7), Cgroups v2 subtree control", `${KERNEL_DOC}, cgroup.subtree_control`],
		},
		{ ...wrong, when: isWrong },
		{
			diagnosis,
			why: (context) =>
				`${file} was right while the command waited. Then the command exceeded the limit, but the kernel's counter shows that the limit was never enforced. ${file} afterwards: ${fileText(context, file, LIMITS_REACHED)}.`,
			try: "Find the code that changes the limit, or moves the command, after createCgroup and join have returned.",
			see: [`${KERNEL_DOC}, ${file}`],
		},
	];
}

export const swapOpen: Explanation = {
	when: (context) =>
		limitOn(context, "memory.swap.max") !== "0" && context.facts["limit.memory"] === "‹memoryMaxBytes›",
	diagnosis: "swap-open",
	misconception: 12,
	why: (context) =>
		`memory.max is right, but memory.swap.max is ${fileText(context, "memory.swap.max")}. memory.max counts only what is in memory. If the host has swap, the kernel moves the rest there, where it does not count. This host has swap${context.facts["effect.memory"] === EXCEEDED ? ", so a program got more than memory.max allows" : ""}.`,
	try: "Write 0 to memory.swap.max as well.",
	see: ["cgroups(7)", `${KERNEL_DOC}, memory.swap.max`],
};

const hasMemoryHigh = (context: Context) => !(containerFile(context, "memory.high") ?? "max").startsWith("max");

/** The command was slowed before it reached the limit. */
export const slowedBelowLimit: Explanation = {
	when: (context) =>
		hasMemoryHigh(context) &&
		context.facts["limit.memory"] === "‹memoryMaxBytes›" &&
		context.facts["effect.memory"] !== EXCEEDED,
	diagnosis: "memory-high",
	why: (context) =>
		`memory.max is right, but memory.high is ${containerFile(context, "memory.high")}. Above memory.high, the kernel makes a process wait again and again, and takes memory back from it. So the program had not reached memory.max when the check looked, and was not killed.`,
	try: "Do not write to memory.high.",
	see: [`${KERNEL_DOC}, memory.high and memory.max`],
};

export const memoryNotLimited = notLimited(
	"memory",
	"memory-not-limited",
	[
		{
			when: (context) => hasMemoryHigh(context) && containerFile(context, "memory.max") === "max",
			diagnosis: "memory-high",
			why: (context) =>
				`memory.high is ${containerFile(context, "memory.high")}, and memory.max is ${fileText(context, "memory.max")}. Above memory.high, the kernel slows a process down and takes memory back from it, but refuses nothing. The limit is memory.max.`,
			try: "Write the number to memory.max.",
			see: [`${KERNEL_DOC}, memory.high and memory.max`],
		},
	],
	{
		diagnosis: "memory-not-limited",
		why: (context) =>
			`memory.max of the container's cgroup: ${fileText(context, "memory.max")}. The word max means no limit. The number is in bytes. The kernel rounds it down to whole pages of 4096 bytes, and reads K, M and G as powers of 1024.`,
		try: "Write memoryMaxBytes, unchanged, to memory.max.",
		see: [`${KERNEL_DOC}, memory.max`],
	},
);

export const pidsNotLimited = notLimited("pids", "pids-not-limited", [], {
	diagnosis: "pids-not-limited",
	why: (context) =>
		`pids.max of the container's cgroup: ${fileText(context, "pids.max")}. The word max means no limit. Every process and every thread in the cgroup, and in cgroups below it, counts.`,
	try: "Write pidsMax, unchanged, to pids.max.",
	see: [`${KERNEL_DOC}, pids.max`],
});

export const cpusNotLimited = notLimited(
	"cpus",
	"cpus-not-limited",
	[
		{
			when: (context) =>
				(containerFile(context, "cpu.weight") ?? "100") !== "100" && limitOn(context, "cpu.max") === "max",
			diagnosis: "cpu-weight",
			why: (context) =>
				`cpu.weight is ${containerFile(context, "cpu.weight")}, and cpu.max is ${fileText(context, "cpu.max")}. A weight matters only while several cgroups want the processor at the same time. A cgroup that is alone gets the whole processor, whatever its weight.`,
			try: "Write a quota and a period to cpu.max.",
			see: [`${KERNEL_DOC}, cpu.weight and cpu.max`],
		},
	],
	{
		diagnosis: "cpus-not-limited",
		why: (context) =>
			`cpu.max of the container's cgroup: ${fileText(context, "cpu.max")}. The first number is the processor time, in microseconds, that the cgroup gets in a period; the second is the period, 100000 if not given. The word max means no limit.`,
		try: "Write cpus times the period, and then the period: 50000 100000 for 0.5.",
		see: [`${KERNEL_DOC}, cpu.max`],
	},
);
