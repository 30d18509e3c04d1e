import type { Context, Explanation } from "../../harness/judge/index.ts";
import { engineInside, ownFile, parentFile } from "./readings.ts";
import { cgroupBelow, waitsForEver } from "./remains.ts";
import { PARENT } from "./scenario.ts";

/** Explanations of what the kernel refuses before a cgroup has its limits, and of other early ends. */

const KERNEL_DOC = "Documentation/admin-guide/cgroup-v2.rst";
/** Names of cgroup version 1 files. Version 2 has other names for them. */
const VERSION_1 = /\/(tasks|notify_on_release|memory\.(limit_in_bytes|memsw\.\w+)|cpu\.(cfs_\w+|shares))'$/;

/** Whether this error of Node's ended the exercise. The error of a refused write names no path. */
const failed = (pattern: RegExp) => (context: Context) => pattern.test(context.thrown?.message ?? "");

const handsDown = ({ observation }: Context) => parentFile(observation, "cgroup.subtree_control") ?? "";

/** The controller of a file that could not be opened: `memory` for `memory.max`. */
const controllerOf = ({ thrown }: Context) =>
	/ open '\/sys\/fs\/cgroup\/box\/[^/]+\/(\w+)\.[^/]*'$/.exec(thrown?.message ?? "")?.[1];

const killed = ({ ending, thrown }: Context) => thrown === null && ending.how === "returned" && ending.value === 137;

/** How many processes the kernel killed during the run because memory ran out. */
const oomKills = ({ observation: { before, after } }: Context) => after.oomKills - before.oomKills;

export const engineJoined: Explanation = {
	diagnosis: "engine-joined",
	misconception: 12,
	why: "The engine itself is in the container's cgroup: its pid is in cgroup.procs. The limits hold for it, too, it may be the one that is killed, and the cgroup cannot be empty as long as it is there.",
	try: "Write to cgroup.procs in join, and nowhere else: it runs in the process that becomes the container. Write getpid(). process.pid is what Node has noted when it started: in a forked process it is the engine's.",
	see: ["cgroups(7), Creating cgroups and moving processes"],
};

export const refusals: Explanation[] = [
	{
		when: (context) =>
			engineInside(context) &&
			(failed(/^EBUSY.*rmdir/)(context) || (context.ending.how === "exited" && context.ending.signal === "SIGKILL")),
		...engineJoined,
	},
	{
		when: failed(
			/^(ENOENT.* mkdir|EACCES.* open) '\/sys\/fs\/cgroup\/(memory|cpu|cpuacct|pids|cpuset|devices|freezer|unified|systemd)\//,
		),
		diagnosis: "version-1-hierarchy",
		misconception: 10,
		why: ({ thrown }) =>
			`${thrown?.message}. In version 1 every controller had a tree of its own: /sys/fs/cgroup/memory, /sys/fs/cgroup/cpu. In version 2 there is one tree for all. A directory that is called memory is an ordinary cgroup with an unlucky name.`,
		try: "Use path as it is given, for all limits.",
		see: ["cgroups(7), CGROUPS VERSION 2"],
	},
	{
		when: failed(VERSION_1),
		diagnosis: "version-1-file",
		misconception: 10,
		why: ({ thrown }) =>
			`${thrown?.message}. That is a name of version 1. There is no such file in version 2, and nobody may make files in a cgroup: the kernel says EACCES where another file system would have made one.`,
		try: "Version 2 has cgroup.procs, memory.max, memory.swap.max and cpu.max. ls the directory, and see what is there.",
		see: ["cgroups(7), CGROUPS VERSION 2"],
	},
	{
		when: (context) => {
			const controller = controllerOf(context);
			return (
				failed(/^EACCES/)(context) && controller !== undefined && !handsDown(context).split(" ").includes(controller)
			);
		},
		diagnosis: "controller-not-enabled",
		misconception: 11,
		why: (context) =>
			`${context.thrown?.message}. The file is not there, and nobody may make files in a cgroup. A cgroup has the files of the controllers that its parent hands down, and /sys/fs/cgroup${PARENT}/cgroup.subtree_control says: ${handsDown(context) || "nothing"}.`,
		try: 'Write "+memory +pids +cpu" to cgroup.subtree_control of the parent, dirname(path), first.',
		see: ["cgroups(7), Cgroups v2 subtree control", `${KERNEL_DOC}, Enabling and Disabling`],
	},
	{
		when: failed(/^EACCES.* open '\/sys\/fs\/cgroup\//),
		diagnosis: "no-such-file",
		why: ({ thrown }) =>
			`${thrown?.message}. There is no file of that name, and nobody may make files in a cgroup: the kernel says EACCES where another file system would have made one.`,
		try: "ls the directory, and compare the name letter by letter. cgroup.controllers there says which controllers it has files of.",
		see: ["cgroups(7)", KERNEL_DOC],
	},
	{
		when: failed(/^EBUSY.* write$/),
		diagnosis: "inner-node",
		misconception: 11,
		why: "A process was to be put into a cgroup that hands controllers down, or a cgroup that processes are in was to hand them down: EBUSY. In version 2 processes are in the leaves of the tree only; /sys/fs/cgroup/box is the parent of the containers, and no place for a process.",
		try: "Write the pid to cgroup.procs in path, not in its parent; and let path hand nothing down.",
		see: ['cgroups(7), Cgroups v2 "no internal processes" rule'],
	},
	{
		// The wording depends on Node's version.
		when: failed(/^EPERM(.* (rm|unlink) '|, Operation not permitted: )\/sys\/fs\/cgroup\//),
		diagnosis: "files-not-removable",
		misconception: 17,
		why: ({ thrown }) =>
			`${thrown?.message}. Removing a directory with all that is in it starts with its files, and these are the kernel's: nobody may remove them. They do not keep a cgroup from being removed.`,
		try: "rmdirSync(path), without recursive.",
		see: ["cgroups(7)", "rmdir(2)"],
	},
	{
		when: (context) => failed(/^ENOENT.* open '\/sys\/fs\/cgroup\//)(context) && context.facts["command.ran"] === false,
		diagnosis: "directory-missing",
		why: ({ thrown }) =>
			`${thrown?.message}. When this was opened, there was no such directory, and so none of its files.`,
		try: "mkdirSync(path) before anything is written in it.",
		see: ["cgroups(7)"],
	},
	{
		when: failed(/^ENOENT.* write$/),
		diagnosis: "controller-not-there",
		misconception: 11,
		why: (context) =>
			`A cgroup can hand down only what it is handed itself: its cgroup.controllers lists it, and one controller that is not there makes the whole line void. cgroup.subtree_control of /sys/fs/cgroup/box says ${handsDown(context) || "nothing"}. Possible causes: a controller that nobody has, or the subtree_control of the new cgroup, which has been handed nothing yet.`,
		try: 'Write "+memory +pids +cpu", and nothing else, to cgroup.subtree_control of the parent, dirname(path): what it says is for the cgroups below.',
		see: ["cgroups(7), Cgroups v2 subtree control"],
	},
	{
		when: failed(/^ENOTSUP.* write$/),
		diagnosis: "joined-as-thread",
		why: "cgroup.threads moves a single thread, and only within a threaded subtree. Memory belongs to a process, not to a thread, so a cgroup that limits memory cannot be part of one: EOPNOTSUPP.",
		try: "Write the pid to cgroup.procs: the process goes, with all its threads.",
		see: ["cgroups(7), CGROUPS VERSION 2 THREAD MODE"],
	},
	{
		when: (context) => failed(/^EINVAL.* write$/)(context) && handsDown(context) === "",
		diagnosis: "subtree-control-refused",
		misconception: 11,
		why: "cgroup.subtree_control of /sys/fs/cgroup/box is still empty: the kernel did not understand what was written to it. It wants the names of controllers with a sign before each, and spaces between.",
		try: 'Write "+memory +pids +cpu".',
		see: ["cgroups(7), Cgroups v2 subtree control"],
	},
	{
		when: failed(/^EINVAL.* write$/),
		diagnosis: "limit-refused",
		why: (context) => {
			const said = ["memory.max", "pids.max", "cpu.max"].map(
				(name) => `${name} ${ownFile(context, name) ?? "is gone"}`,
			);
			return `The kernel could not use a value that was written to a file of the cgroup. What is there now: ${said.join(", ")}. Possible causes: a unit or a sign too much; a part or a percentage in cpu.max, which wants microseconds, 1000 at least, in a period of at most 1000000; undefined, for a limit that was not asked for.`;
		},
		try: "Print what you write. memory.max and pids.max take a whole number; cpu.max takes two, with a space between.",
		see: [`${KERNEL_DOC}, cpu.max`],
	},
	{
		when: ({ ending, facts }) =>
			ending.how === "hung" && facts["command.ran"] === false && ending.tasks.at(-1)?.state === "D",
		diagnosis: "memory-high",
		misconception: 12,
		why: "The process that should become the command is in state D: the kernel makes it wait in the middle of what it does, for as long as it was watched. A possible cause is a small number in memory.high, such as 0. Above memory.high nothing is refused; but a process there is held up again and again, and made to give memory back.",
		try: "Leave memory.high as it is. What may go to swap is another file's: memory.swap.max.",
		see: [`${KERNEL_DOC}, memory.high and memory.swap.max`],
	},
	...waitsForEver,
	cgroupBelow("id", failed(/^EBUSY.* rmdir/)),
	{
		when: (context) => killed(context) && oomKills(context) > 0 && context.facts["command.ran"] === false,
		diagnosis: "memory-too-small",
		why: "SIGKILL ended the container's first process before it had become the command, and in that time the kernel killed something because memory ran out (oom_kill in /proc/vmstat). The machine has memory to spare. A possible cause: a memory.max into which not even the start fits.",
		try: "Write memoryMaxBytes, as it is, to memory.max: it takes bytes.",
		see: [`${KERNEL_DOC}, memory.max`],
	},
	{
		when: (context) => killed(context) && ownFile(context, "memory.oom.group") === "1",
		diagnosis: "killed-as-a-group",
		why: (context) =>
			`memory.oom.group is 1. When one program takes too much memory, the kernel then kills all that is in the cgroup, the command too: ${oomKills(context)} processes were killed for it here. The exercise wants only the one killed that takes too much, so that the others can do something about it.`,
		try: "Leave memory.oom.group as it is.",
		see: [`${KERNEL_DOC}, memory.oom.group`],
	},
	{
		when: (context) => killed(context) && oomKills(context) === 0 && context.facts["command.ran"] === true,
		diagnosis: "others-killed",
		why: `The command was killed by SIGKILL, and not because memory ran out. Shortly before, a second container was removed. Possible causes: cgroup.kill of the parent, as it ends all that is in a cgroup and below it, and below /sys/fs/cgroup${PARENT} are all containers; or processes that were looked for in another way than in the second container's own cgroup.`,
		try: "Write 1 to cgroup.kill in path, not in its parent.",
		see: [`${KERNEL_DOC}, cgroup.kill`],
	},
];
