import { type Context, DURING, type Explanation } from "../../harness/judge/index.ts";
import { EXCEEDED } from "./facts.ts";
import { limitOn, ownFile, parentFile } from "./readings.ts";
import { PARENT, SPENT } from "./scenario.ts";

/** Explanations of limits that are wrong, or have no effect. */

const KERNEL_DOC = "Documentation/admin-guide/cgroup-v2.rst";
const CONTROLLERS: Readonly<Record<string, { controller: string; file: string; asked: string }>> = {
	memory: { controller: "memory", file: "memory.max", asked: "‹memoryMaxBytes›" },
	pids: { controller: "pids", file: "pids.max", asked: "‹pidsMax›" },
	cpus: { controller: "cpu", file: "cpu.max", asked: "‹cpus›" },
	swap: { controller: "memory", file: "memory.swap.max", asked: "0" },
};

const shown = (context: Context, name: string, moment = DURING) =>
	ownFile(context, name, moment) ?? "there is no such file";

/** Whether the parent's cgroup.subtree_control contains a controller. */
const handedDown = ({ observation }: Context, controller: string, moment = DURING) =>
	(parentFile(observation, "cgroup.subtree_control", moment) ?? "").split(" ").includes(controller);

/** The limit was there, and has disappeared with its controller. @param limit `memory`, `pids` or `cpus` */
export function takenAway(limit: string): Explanation {
	const { controller = "", file = "" } = CONTROLLERS[limit] ?? {};
	return {
		when: (context) => handedDown(context, controller) && !handedDown(context, controller, SPENT),
		diagnosis: "controllers-taken-away",
		why: ({ observation }) =>
			`${file} was there, and is gone. While this container still ran, two others came to their end, and since then cgroup.subtree_control of /sys/fs/cgroup${PARENT} says: ${parentFile(observation, "cgroup.subtree_control", SPENT) || "nothing"}. A controller that is not handed down any more is taken away from all cgroups below, with all limits.`,
		try: "Leave cgroup.subtree_control of the parent as it is when a container is removed: others may still need it.",
		see: ["cgroups(7), Cgroups v2 subtree control"],
	};
}

/** The limit was there while the command waited, but not when the command asked for more. */
export function lifted(limit: string): Explanation {
	const { file = "", asked = "" } = CONTROLLERS[limit] ?? {};
	return {
		when: ({ facts }) =>
			String(facts[`limit.${limit}`]).startsWith(`${asked}, and later `) ||
			(facts[`limit.${limit}`] === asked && facts[`effect.${limit}`] === EXCEEDED),
		diagnosis: "limit-lifted",
		why: (context) =>
			`${file} was what it should be while the command waited. Then another container came to its end, and one was refused; and when the command asked for more than it may have, that limit was not there. What ${file} says afterwards: ${shown(context, file, SPENT)}.`,
		try: "Let createCgroup and remove write to files of their own container's cgroup, and to none of another's.",
		see: ["cgroups(7)"],
	};
}

/** Explanations of a limit that is wrong. The last one is for a limit that is right and has had no effect. */
function notLimited(limit: string, diagnosis: string, specific: Explanation[], wrong: Explanation): Explanation[] {
	const { controller = "", file = "", asked = "" } = CONTROLLERS[limit] ?? {};
	const isWrong = ({ facts }: Context) => facts[`limit.${limit}`] !== asked;
	return [
		...specific.map((each) => ({
			...each,
			when: (context: Context) => isWrong(context) && each.when?.(context) === true,
		})),
		{
			when: (context) => isWrong(context) && !handedDown(context, controller),
			diagnosis: "controller-not-enabled",
			misconception: 11,
			why: ({ observation }) =>
				`There is no ${file} in the container's cgroup. A cgroup has the files of the controllers that its parent hands down, and cgroup.subtree_control of /sys/fs/cgroup${PARENT} says: ${parentFile(observation, "cgroup.subtree_control") || "nothing"}. createCgroup came back all the same.`,
			try: 'Write "+memory +pids +cpu" to cgroup.subtree_control of the parent, dirname(path), first; and let exceptions through.',
			see: ["cgroups(7), Cgroups v2 subtree control", `${KERNEL_DOC}, Enabling and Disabling`],
		},
		{ ...wrong, when: isWrong },
		{
			diagnosis,
			why: (context) =>
				`${file} was what it should be while the command waited; after it had asked for more than that, ${file} is: ${shown(context, file, SPENT)}. The kernel has not counted a single refusal.`,
			try: "Look for what changes the limit, or moves the command, after createCgroup and join have come back.",
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
		`memory.max is what it should be, and memory.swap.max is ${shown(context, "memory.swap.max")}. memory.max counts what is in memory: what is too much goes to swap, if there is any, and does not count any more. This host has swap${context.facts["effect.memory"] === "killed" ? "" : ", and so a program took more than memory.max, and lived"}.`,
	try: "Write 0 to memory.swap.max as well.",
	see: ["cgroups(7)", `${KERNEL_DOC}, memory.swap.max`],
};

export const memoryNotLimited = notLimited(
	"memory",
	"memory-not-limited",
	[
		{
			when: (context) => !(ownFile(context, "memory.high") ?? "max").startsWith("max"),
			diagnosis: "memory-high",
			why: (context) =>
				`memory.high is ${ownFile(context, "memory.high")}, and memory.max is ${shown(context, "memory.max")}. Above memory.high a process is slowed down and made to give memory back; it is never refused any. The limit is memory.max.`,
			try: "Write the number to memory.max.",
			see: [`${KERNEL_DOC}, memory.high and memory.max`],
		},
	],
	{
		diagnosis: "memory-not-limited",
		why: (context) =>
			`memory.max of the container's cgroup: ${shown(context, "memory.max")}. The word max means no limit. The number is in bytes; the kernel rounds it down to whole pages of 4096, and takes K, M and G as powers of 1024.`,
		try: "Write memoryMaxBytes, as it is, to memory.max.",
		see: [`${KERNEL_DOC}, memory.max`],
	},
);

export const pidsNotLimited = notLimited("pids", "pids-not-limited", [], {
	diagnosis: "pids-not-limited",
	why: (context) =>
		`pids.max of the container's cgroup: ${shown(context, "pids.max")}. The word max means no limit. Every process in the cgroup and below counts, and every thread.`,
	try: "Write pidsMax, as it is, to pids.max.",
	see: [`${KERNEL_DOC}, PID`],
});

export const cpusNotLimited = notLimited(
	"cpus",
	"cpus-not-limited",
	[
		{
			when: (context) => (ownFile(context, "cpu.weight") ?? "100") !== "100",
			diagnosis: "cpu-weight",
			why: (context) =>
				`cpu.weight is ${ownFile(context, "cpu.weight")}, and cpu.max is ${shown(context, "cpu.max")}. A weight only divides what several cgroups want at the same time. When nobody else wants it, a cgroup gets the whole processor, whatever its weight.`,
			try: "Write a quota and a period to cpu.max.",
			see: [`${KERNEL_DOC}, cpu.weight and cpu.max`],
		},
	],
	{
		diagnosis: "cpus-not-limited",
		why: (context) =>
			`cpu.max of the container's cgroup: ${shown(context, "cpu.max")}. The first number is the processor time, in microseconds, that the cgroup gets in a period; the second is the period, 100000 if not given. max means no limit.`,
		try: "Write cpus times the period, and the period: for 0.5, that is 50000 100000.",
		see: [`${KERNEL_DOC}, cpu.max`],
	},
);
