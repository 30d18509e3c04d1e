import type { Context, Explanation } from "../../harness/judge/index.ts";
import { cgroupBelow, waitsForEver } from "./other-containers.ts";
import { containerFile, engineInside, KERNEL_DOC, parentFile } from "./readings.ts";
import { PARENT } from "./scenario.ts";

/** Explanations of calls that the kernel refuses, and of containers that end wrongly or never. */

/** The kernel refused to make a file with a name of cgroup version 1. Version 2 has no files with these names. */
const VERSION_1_FILES =
	/^EACCES.*\/(tasks|notify_on_release|memory\.(limit_in_bytes|memsw\.\w+)|cpu\.(cfs_\w+|shares))'$/;

/** Whether an exception with a message like this ended the exercise. The message of a refused write names no path. */
const threwError = (pattern: RegExp) => (context: Context) => pattern.test(context.thrown?.message ?? "");

const subtreeControl = ({ observation }: Context) => parentFile(observation, "cgroup.subtree_control") ?? "";

/** The controller of a file that the kernel did not make, and the file's name: `memory` and `memory.max`. */
function refusedFile({ thrown }: Context): { controller: string; file: string } | undefined {
	const [, file = "", controller] =
		/^EACCES.* open '\/sys\/fs\/cgroup\/box\/[^/]+\/((memory|pids|cpu)\.[^/]*)'$/.exec(thrown?.message ?? "") ?? [];
	return controller === undefined ? undefined : { controller, file };
}

/** Files that a cgroup has if its parent hands their controllers down. */
const LIMIT_FILES = ["memory.max", "memory.high", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max"];

const handsDown = (context: Context, controller: string) => subtreeControl(context).split(" ").includes(controller);

const endedBySigkill = ({ ending, thrown }: Context) =>
	thrown === null && ending.how === "returned" && ending.value === 137;

/** How many processes the kernel killed during the run because memory ran out. */
const oomKills = ({ observation: { before, after } }: Context) => after.oomKills - before.oomKills;

export const engineJoined: Explanation = {
	diagnosis: "engine-joined",
	misconception: 12,
	why: "The engine itself is in the container's cgroup: the engine's pid is in cgroup.procs. So the limits also hold for the engine, and the kernel may kill it. And the cgroup is never empty while the engine is in it.",
	try: "Call getpid() in join, which runs in the process that becomes the container, and write to cgroup.procs only there. Do not use process.pid: Node reads it when it starts, so in a forked process it is still the engine's.",
	see: ["cgroups(7), Creating cgroups and moving processes"],
};

export const refusals: Explanation[] = [
	{
		when: (context) =>
			engineInside(context) &&
			(threwError(/^EBUSY.*rmdir/)(context) ||
				context.ending.how === "hung" ||
				(context.ending.how === "exited" && context.ending.signal === "SIGKILL")),
		...engineJoined,
	},
	{
		when: threwError(
			/^(ENOENT.* mkdir|(EACCES|ENOENT).* open) '\/sys\/fs\/cgroup\/(memory|cpu|cpuacct|pids|cpuset|devices|freezer|unified|systemd)\//,
		),
		diagnosis: "version-1-hierarchy",
		misconception: 10,
		why: ({ thrown }) =>
			`${thrown?.message}. In version 1, every controller had a tree of its own: /sys/fs/cgroup/memory, /sys/fs/cgroup/cpu. In version 2, all controllers share one tree, and a directory named memory would be an ordinary cgroup.`,
		try: "Use path, unchanged, for all limits.",
		see: ["cgroups(7), CGROUPS VERSION 2"],
	},
	{
		when: threwError(VERSION_1_FILES),
		diagnosis: "version-1-file",
		misconception: 10,
		why: ({ thrown }) =>
			`${thrown?.message}. This name is from version 1. There is no such file in version 2, and only the kernel creates files in a cgroup: it returns EACCES where another file system would create the file.`,
		try: "Version 2 has cgroup.procs, memory.max, memory.swap.max and cpu.max. Run ls in the directory to see its files.",
		see: ["cgroups(7), CGROUPS VERSION 2"],
	},
	{
		when: (context) => {
			const refused = refusedFile(context);
			return refused !== undefined && (!handsDown(context, refused.controller) || LIMIT_FILES.includes(refused.file));
		},
		diagnosis: "controller-not-enabled",
		misconception: 11,
		why: (context) => {
			const { controller = "" } = refusedFile(context) ?? {};
			const handedDown = handsDown(context, controller)
				? `the parent hands ${controller} down now, but did not when your code opened the file`
				: `/sys/fs/cgroup${PARENT}/cgroup.subtree_control contains ${subtreeControl(context) || "nothing"}`;
			return `${context.thrown?.message}. The file did not exist, and only the kernel creates files in a cgroup. A cgroup has only the files of the controllers that its parent hands down, and ${handedDown}.`;
		},
		try: 'First write "+memory +pids +cpu" to cgroup.subtree_control of the parent, dirname(path).',
		see: ["cgroups(7), Cgroups v2 subtree control", `${KERNEL_DOC}, cgroup.subtree_control`],
	},
	{
		when: threwError(/^EACCES.* open '\/sys\/fs\/cgroup\//),
		diagnosis: "no-such-file",
		why: ({ thrown }) =>
			`${thrown?.message}. There is no file with this name, and only the kernel creates files in a cgroup: it returns EACCES where another file system would create the file.`,
		try: "Run ls in the directory, and compare the name letter by letter. The file cgroup.controllers lists the controllers whose files exist there.",
		see: ["cgroups(7)", KERNEL_DOC],
	},
	{
		when: threwError(/^EBUSY.* write$/),
		diagnosis: "inner-node",
		misconception: 11,
		why: "Here EBUSY usually has one of two causes: your code put a process into a cgroup that hands controllers down, or made a cgroup hand controllers down while a process was in it. In version 2, only the leaves of the tree contain processes. /sys/fs/cgroup/box is the parent of the containers' cgroups, so it must not contain processes.",
		try: "Write the pid to cgroup.procs in path, not in its parent. And do not write to cgroup.subtree_control in path.",
		see: ['cgroups(7), Cgroups v2 "no internal processes" rule'],
	},
	{
		// The wording depends on Node's version.
		when: threwError(/^EPERM(.* (rm|unlink) '|, Operation not permitted: )\/sys\/fs\/cgroup\//),
		diagnosis: "files-not-removable",
		misconception: 17,
		why: ({ thrown }) =>
			`${thrown?.message}. A recursive removal starts with the files in the directory. The files of a cgroup belong to the kernel, and no process may remove them. rmdir removes a cgroup although these files are in it.`,
		try: "Call rmdirSync(path), without recursive.",
		see: ["cgroups(7)", "rmdir(2)"],
	},
	{
		when: (context) =>
			threwError(/^ENOENT.* open '\/sys\/fs\/cgroup\//)(context) && context.facts["command.ran"] === false,
		diagnosis: "directory-missing",
		why: ({ thrown }) =>
			`${thrown?.message}. When your code opened this file, it did not exist. Possible causes: its directory did not exist yet; or your code opened it only to read it, and its name is wrong or its controller is not handed down.`,
		try: "Call mkdirSync(path) before you open any file in it, and compare the file's name with what ls shows there.",
		see: ["cgroups(7)"],
	},
	{
		when: threwError(/^ENOENT.* write$/),
		diagnosis: "controller-not-there",
		misconception: 11,
		why: (context) =>
			`A cgroup can hand down only the controllers that its own cgroup.controllers lists. If the line that you write names any other controller, the kernel refuses the whole line. cgroup.subtree_control of /sys/fs/cgroup/box contains ${subtreeControl(context) || "nothing"}. Possible causes: the line names a controller that /sys/fs/cgroup/box does not have, such as io; or you wrote to cgroup.subtree_control of the new cgroup, which has no controllers yet.`,
		try: 'Write "+memory +pids +cpu", and nothing else, to cgroup.subtree_control of the parent, dirname(path): this file is for the cgroups below the parent.',
		see: ["cgroups(7), Cgroups v2 subtree control"],
	},
	{
		when: threwError(/^ENOTSUP.* write$/),
		diagnosis: "joined-as-thread",
		why: "cgroup.threads moves a single thread, and only within a threaded subtree. Memory belongs to a process, not to a thread, so a cgroup that limits memory cannot be in a threaded subtree: EOPNOTSUPP.",
		try: "Write the pid to cgroup.procs: this moves the process with all its threads.",
		see: ["cgroups(7), CGROUPS VERSION 2 THREAD MODE"],
	},
	{
		when: (context) => threwError(/^EINVAL.* write$/)(context) && subtreeControl(context) === "",
		diagnosis: "subtree-control-refused",
		misconception: 11,
		why: "cgroup.subtree_control of /sys/fs/cgroup/box is still empty: the kernel did not accept what was written to it. The file takes names of controllers, each with a sign before it, and spaces between them.",
		try: 'Write "+memory +pids +cpu".',
		see: ["cgroups(7), Cgroups v2 subtree control"],
	},
	{
		when: threwError(/^EINVAL.* write$/),
		diagnosis: "limit-refused",
		why: (context) => {
			const limitFiles = ["memory.max", "pids.max", "cpu.max"].map(
				(name) => `${name} ${containerFile(context, name) ?? "does not exist"}`,
			);
			return `The kernel refused a value that was written to a file of the cgroup. The files now: ${limitFiles.join(", ")}. Possible causes: the value has a unit or a sign that the file does not take; it is a fraction or a percentage, but cpu.max takes microseconds, at least 1000, in a period of at most 1000000; or it is undefined, because the limit was not given.`;
		},
		try: "Print what you write. memory.max and pids.max take a whole number; cpu.max takes two, with a space between.",
		see: [`${KERNEL_DOC}, cpu.max`],
	},
	{
		when: ({ ending, facts }) =>
			ending.how === "hung" && facts["command.ran"] === false && ending.tasks.at(-1)?.state === "D",
		diagnosis: "memory-high",
		misconception: 12,
		why: "The process that should become the command is in state D: the kernel made it wait for as long as the check watched it. A possible cause is a small number in memory.high, such as 0. Above memory.high, the kernel refuses nothing, but makes a process wait again and again, and takes memory back from it.",
		try: "Do not write to memory.high. The file that limits swap is memory.swap.max.",
		see: [`${KERNEL_DOC}, memory.high and memory.swap.max`],
	},
	...waitsForEver,
	cgroupBelow("id", threwError(/^EBUSY.* rmdir/)),
	{
		when: (context) => endedBySigkill(context) && oomKills(context) > 0 && context.facts["command.ran"] === false,
		diagnosis: "memory-too-small",
		why: "SIGKILL ended the container's first process before it became the command, and during the run the kernel killed a process because memory ran out (oom_kill in /proc/vmstat). The machine has memory to spare. A possible cause: memory.max is too small even for the container's start.",
		try: "Write memoryMaxBytes, unchanged, to memory.max, which takes bytes.",
		see: [`${KERNEL_DOC}, memory.max`],
	},
	{
		when: (context) =>
			endedBySigkill(context) && oomKills(context) > 0 && containerFile(context, "memory.oom.group") === "1",
		diagnosis: "killed-as-a-group",
		why: (context) =>
			`memory.oom.group is 1. So when one program takes too much memory, the kernel kills all processes in the cgroup, including the command. Here it killed ${oomKills(context)} processes. In this lesson, the kernel must kill only the program that takes too much, so that the other processes can react.`,
		try: "Do not write to memory.oom.group.",
		see: [`${KERNEL_DOC}, memory.oom.group`],
	},
	{
		when: (context) => endedBySigkill(context) && oomKills(context) === 0 && context.facts["command.ran"] === true,
		diagnosis: "others-killed",
		why: `SIGKILL ended the command, but not because memory ran out. Shortly before, a second container was removed. Possible causes: your code wrote to cgroup.kill of the parent, which kills the processes of all containers below /sys/fs/cgroup${PARENT}; or it did not take the list of processes to kill from the second container's own cgroup.`,
		try: "Write 1 to cgroup.kill in path, not in its parent.",
		see: [`${KERNEL_DOC}, cgroup.kill`],
	},
];
