import {
	type Context,
	DURING,
	defineCheck,
	type Explanation,
	type FactRule,
	type FactValue,
} from "../../harness/grade/index.ts";
import { derive, GONE, USUAL_PERIOD_US } from "./facts.ts";
import { engineJoined, refusals } from "./refusals.ts";
import { cgroupFile, drawn, engineInside, ownFile, SECOND, scenario } from "./scenario.ts";

const swapOpen: Explanation = {
	when: ({ facts }) => facts["limit.swap"] !== "0" && facts["limit.memory"] === "‹memoryMaxBytes›",
	diagnosis: "swap-open",
	misconception: 12,
	why: ({ observation }) =>
		`memory.max is what it should be, and memory.swap.max is ${cgroupFile(observation, DURING, "memory.swap.max")}. memory.max counts what is in memory: what is too much goes to swap, if there is any, and does not count any more. This host has swap, and so a program took more than memory.max, and lived (memory.events).`,
	try: "Write 0 to memory.swap.max as well.",
	see: ["cgroups(7)", "Documentation/admin-guide/cgroup-v2.rst, memory.swap.max"],
};

const memoryNotLimited: Explanation[] = [
	{
		when: (context) => !(ownFile(context, "memory.high") ?? "max").startsWith("max"),
		diagnosis: "memory-high",
		why: (context) =>
			`memory.high is ${ownFile(context, "memory.high")}, and memory.max is not what it should be. Above memory.high a process is slowed down and made to give memory back; it is never refused any. The limit is memory.max.`,
		try: "Write the number to memory.max.",
		see: ["Documentation/admin-guide/cgroup-v2.rst, memory.high and memory.max"],
	},
	{
		diagnosis: "memory-not-limited",
		why: ({ observation }) =>
			`memory.max of the command's cgroup: ${cgroupFile(observation, DURING, "memory.max")}. The word max means no limit. The number is in bytes; the kernel rounds it down to whole pages of 4096, and takes K, M and G as powers of 1024.`,
		try: "Write memoryMaxBytes, as it is, to memory.max.",
		see: ["Documentation/admin-guide/cgroup-v2.rst, memory.max"],
	},
];

const pidsNotLimited: Explanation = {
	diagnosis: "pids-not-limited",
	why: ({ observation }) =>
		`pids.max of the command's cgroup: ${cgroupFile(observation, DURING, "pids.max")}. The word max means no limit. Every process in the cgroup and below counts, and every thread.`,
	try: "Write pidsMax, as it is, to pids.max.",
	see: ["Documentation/admin-guide/cgroup-v2.rst, PID"],
};

const cpusNotLimited: Explanation[] = [
	{
		when: (context) => (ownFile(context, "cpu.weight") ?? "100") !== "100",
		diagnosis: "cpu-weight",
		why: (context) =>
			`cpu.weight is ${ownFile(context, "cpu.weight")}, and cpu.max is ${ownFile(context, "cpu.max")}. A weight only divides what several cgroups want at the same time. When nobody else wants it, a cgroup gets the whole processor, whatever its weight.`,
		try: "Write a quota and a period to cpu.max.",
		see: ["Documentation/admin-guide/cgroup-v2.rst, cpu.weight and cpu.max"],
	},
	{
		diagnosis: "cpus-not-limited",
		why: ({ observation }) =>
			`cpu.max of the command's cgroup: ${cgroupFile(observation, DURING, "cpu.max")}. The first number is the processor time, in microseconds, that the cgroup gets in a period; the second is the period, 100000 if not given. max means no limit.`,
		try: "Write cpus times the period, and the period: for 0.5, that is 50000 100000.",
		see: ["Documentation/admin-guide/cgroup-v2.rst, cpu.max"],
	},
];

/** Whether the command is not where its limits are: then all that it shows follows from that. */
const elsewhere = (_: FactValue, { facts }: Context) => facts["command.cgroup"] !== "0::/box/‹id›";

/** The same of an effect; and how a command has ended that has gone too early is said before. */
const unseen = (got: FactValue, context: Context) =>
	elsewhere(got, context) || (got === GONE && context.facts["ending"] !== "returned ‹exitCode›");

/** A limit is read back, and its effect is looked for. */
const limit = (
	name: string,
	file: string,
	effect: string,
	explain: Explanation[],
	before: Explanation[] = [],
): FactRule[] => [
	{ fact: `limit.${name}`, madeOf: "kernel", what: `${file} of the command's cgroup`, accept: elsewhere, explain },
	{ fact: `effect.${name}`, madeOf: "kernel", what: effect, accept: unseen, explain: [...before, ...explain] },
];

export default defineCheck({
	module: "cgroup.ts",
	exported: "createCgroup",
	weight: 15,
	learnt:
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
					when: ({ during, drawn }) => during?.host.cgroups.includes(`/box/${drawn["id"]}`) === false,
					diagnosis: "no-cgroup",
					why: ({ drawn }) =>
						`There is no directory /sys/fs/cgroup/box/${drawn["id"]}. A cgroup is made by mkdir, below another one; the kernel then fills the directory with files. The command is where its engine is.`,
					try: "Make the directory path with mkdirSync in createCgroup, and have join write to cgroup.procs in it.",
					see: ["cgroups(7), Cgroups v2 unified hierarchy"],
				},
				{
					when: (context) => (ownFile(context, "cgroup.procs") ?? "") !== "",
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
					why: "The cgroup is there, with its limits, and its cgroup.procs is empty: nobody is in it, so nobody is limited.",
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
					why: "The limits were written one directory too high. They hold for all containers together, and stay there when this one has gone.",
					try: "Write them to files in path itself. Only cgroup.subtree_control is the parent's.",
					see: ["cgroups(7)"],
				},
			],
		},
		...limit(
			"memory",
			"memory.max",
			"a program in the container that takes 16 MiB more than it may (oom_kill in memory.events)",
			memoryNotLimited,
			[swapOpen],
		),
		{
			fact: "limit.swap",
			madeOf: "kernel",
			what: "memory.swap.max of the command's cgroup",
			// Without a limit of memory, there is something to be said before this.
			accept: (_, { facts }) => facts["limit.memory"] !== "‹memoryMaxBytes›",
			explain: [swapOpen, ...memoryNotLimited],
		},
		...limit("pids", "pids.max", "more forks in the container than it may have processes (max in pids.events)", [
			pidsNotLimited,
		]),
		{
			fact: "limit.cpus",
			madeOf: "kernel",
			what: "processors that cpu.max leaves to the command's cgroup",
			accept: elsewhere,
			explain: cpusNotLimited,
		},
		{
			fact: "effect.cpus",
			madeOf: "kernel",
			what: "a loop in the container that does nothing but work (nr_throttled in cpu.stat)",
			// In a period that is longer than the loop, the quota need not run out.
			accept: (got, context) =>
				unseen(got, context) ||
				(context.facts["limit.cpus"] === "‹cpus›" &&
					Number(cgroupFile(context.observation, DURING, "cpu.max").split(" ")[1]) > USUAL_PERIOD_US),
			explain: cpusNotLimited,
		},
		{
			fact: "second.ending",
			madeOf: "exercise",
			what: "a second container, without an init and without limits; its command leaves processes behind",
			// What has ended the first one, ends this one, too.
			accept: (_, { ending }) => ending.how !== "returned",
			explain: [
				{
					when: ({ observation }) => {
						const { ending } = observation.containers[SECOND] ?? {};
						return ending?.how === "threw" && ending.thrown.message.startsWith("EBUSY");
					},
					diagnosis: "still-populated",
					misconception: 17,
					why: "rmdir refuses a cgroup that processes are in: EBUSY. The command has ended, but it had started others, and they still run, or are only just being killed. Without an init of its own, nobody else ends it.",
					try: 'In remove: write 1 to cgroup.kill, wait until cgroup.events says "populated 0", then rmdirSync.',
					see: ["cgroups(7), Cgroups v2 cgroup.events file", "Documentation/admin-guide/cgroup-v2.rst, cgroup.kill"],
				},
				{
					diagnosis: "second-failed",
					why: ({ observation }) => {
						const { ending } = observation.containers[SECOND] ?? {};
						return `It ended with ${ending?.how === "threw" ? ending.thrown.message : ending?.how}. What was not asked for is undefined, and the kernel takes no such number.`;
					},
					try: "Write a limit only if it is given.",
					see: ["cgroups(7)"],
				},
			],
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
			what: "a third container, with a limit that the kernel refuses (pidsMax -1)",
			explain: [
				{
					diagnosis: "refusal-swallowed",
					why: "The kernel takes no negative number for pids.max: EINVAL. The container was started all the same, without the limit that somebody has asked for.",
					try: "Let the exception through. A container without its limits is not what was asked for.",
					see: ["Documentation/admin-guide/cgroup-v2.rst, PID"],
				},
			],
		},
		{
			fact: "host.cgroups.after",
			madeOf: "kernel",
			what: "cgroups left behind on the host",
			explain: [
				{
					when: ({ facts, thrown }) =>
						String(facts["host.cgroups.after"]) === "/box/‹refused›" ||
						(thrown !== null && facts["command.ran"] === false),
					diagnosis: "left-after-refusal",
					misconception: 17,
					why: ({ thrown }) =>
						`This was made for a container that has never come to be${thrown === null ? ", the third one: the kernel refused its limit" : ""}. The exception ended createCgroup, and the directory was there already. The engine was given nothing that it could remove.`,
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
					diagnosis: "processes-left",
					misconception: 17,
					why: "These were started by the second container's command, and still run. The cgroup knew them. Now nobody does.",
					try: "In remove, write 1 to cgroup.kill before anything else: it ends all processes in the cgroup, whoever their parents are.",
					see: ["Documentation/admin-guide/cgroup-v2.rst, cgroup.kill"],
				},
			],
		},
	],
	exceptions: refusals,
});
