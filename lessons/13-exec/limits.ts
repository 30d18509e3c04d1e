import type { Context, Explanation, FactRule } from "../../harness/judge/index.ts";
import { REACHED, REPLACED, unknownCommand } from "./facts.ts";
import { EXEC, HOG, HOST_DIRECTORY } from "./scenario.ts";

/** The rules about what the command may use: memory, directories, open files. */

/** The successful writes of the exercise to `cgroup.procs`, in the call that the lesson is about. */
const joins = ({ observation }: Context) =>
	(observation.calls[EXEC]?.writes ?? []).filter(
		({ args, error }) => error === undefined && String(args["path"]).includes("cgroup.procs"),
	);

const hasWritten = ({ observation }: Context, file: string) =>
	(observation.calls[EXEC]?.writes ?? []).some(
		({ args, error }) => error === undefined && String(args["path"]).endsWith(`/${file}"`),
	);

const cgroupExplanations: Explanation[] = [
	{
		when: (context) => joins(context).length > 0,
		diagnosis: "another-joined",
		why: (context) => {
			const [join] = joins(context);
			return `The program wrote ${join?.args["data"]} to ${join?.args["path"]}. But /proc/PID/cgroup of the command is ${context.facts["exec.cgroup"]}, which is not the container's cgroup. A write moves the one process whose pid it names (0: the process that writes) to the cgroup of that file. Children that were forked before stay where they were, and the container's own processes are in its cgroup already.`;
		},
		try: "Write getpid() to cgroup.procs in container.cgroup, in the process that becomes the command, or in its parent before the fork. Do not use Node's process.pid: it stays the pid of the engine's first process after a fork.",
		see: ["cgroups(7)"],
	},
	{
		diagnosis: "cgroup-not-joined",
		why: ({ facts }) =>
			`/proc/PID/cgroup of the command is ${facts["exec.cgroup"]}. A cgroup is not a namespace: setns with CLONE_NEWCGROUP changes what the process sees, but does not move it to another cgroup. So none of the container's limits hold for the command, and a write to the container's cgroup.kill does not reach it.`,
		try: "Before setns, while the host's files are in reach: write getpid() to cgroup.procs in container.cgroup.",
		see: ["cgroups(7)", "cgroup_namespaces(7)"],
	},
];

export const limitRules: FactRule[] = [
	{
		fact: "exec.cgroup",
		madeOf: "kernel",
		what: "the command's cgroup",
		explain: cgroupExplanations,
	},
	{
		fact: "hog",
		madeOf: "kernel",
		what: "a command that asks for more memory than the container may have",
		followsFrom: ["exec.cgroup"],
		isConsequence: ({ facts }) => String(facts["hog"]).startsWith("unknown"),
		explain: [
			unknownCommand(HOG),
			{
				when: (context) => hasWritten(context, "memory.max"),
				diagnosis: "limit-lifted",
				why: "The command got all the memory that it asked for. The program has written to the container's memory.max, and the limit is for all processes of the container together.",
				try: "Leave the container's limits as they are.",
				see: ["cgroups(7)"],
			},
			{
				diagnosis: "limit-without-effect",
				why: ({ facts }) =>
					`What happened to the command: ${facts["hog"]}. memory.events.local of the container's cgroup counts no process that was killed because memory ran out. Possible causes: this command was not in the cgroup; the limit was changed.`,
				try: "Join the cgroup for every command, before the fork.",
				see: ["cgroups(7)"],
			},
		],
	},
	{
		fact: "workdir.outside",
		madeOf: "kernel",
		what: `where a command starts if its working directory is a link to /proc/self/fd/N, which is the host's ${HOST_DIRECTORY}`,
		followsFrom: ["exec.pid/not-entered"],
		explain: [
			{
				when: ({ facts }) => facts["workdir.outside"] === REPLACED,
				diagnosis: "workdir-replaced",
				followsFrom: ["exec.workdir"],
				why: "The command could not start in the given directory. It started somewhere else in the container, without an error. So it could make, change or remove files in a directory that nobody has named.",
				try: "Throw an error if workdir leads out of the container.",
				see: ["getcwd(2)"],
			},
			{
				diagnosis: "workdir-outside",
				why: ({ facts }) =>
					facts["workdir.outside"] !== REACHED
						? `This could not be measured: ${facts["workdir.outside"]}.`
						: "The container has made the link, and the engine has a directory of the host open. Until execve closes the descriptor, the link leads there, and the current directory stays there afterwards. From there, .. leads to the host's root, with all its files: CVE-2024-21626. The text of workdir proves nothing: any name in the container can be such a link.",
				try: "After chdir, ask the kernel: getcwd() begins with / only if a way leads from the root to the directory. Throw an error otherwise.",
				see: ["getcwd(2)", "proc_pid_fd(5)"],
			},
		],
	},
	{
		fact: "exec.descriptors",
		madeOf: "kernel",
		what: "files that the command has open besides its three pipes",
		explain: [
			{
				diagnosis: "descriptor-left",
				why: ({ facts }) =>
					`/proc/PID/fd of the command has ${[facts["exec.descriptors"] ?? []].flat().join(", ")}. Through a file or a directory that was opened on the host, the command reaches the host, whatever its root is.`,
				try: "Close what you have opened, or leave it close-on-exec. Descriptors 0, 1 and 2 stay open in every command: leave them as they are.",
				see: ["open(2)", "execve(2)"],
			},
		],
	},
];
