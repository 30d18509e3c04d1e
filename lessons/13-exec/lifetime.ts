import type { FactRule } from "../../harness/judge/index.ts";
import { OUTLIVED, unknownCommand } from "./facts.ts";
import { LAST } from "./scenario.ts";

/** The rules about how long things live: the command, the container, the processes in between. */

export const lifetimeRules: FactRule[] = [
	{
		fact: "zombies",
		madeOf: "kernel",
		what: "zombies while the command runs",
		explain: [
			{
				diagnosis: "helper-not-reaped",
				why: "A process has ended, and its parent has not waited for it: state Z. It stays as long as its parent, here as long as the command runs.",
				try: "Call waitpid for every process that you fork. Entering a container needs one fork.",
				see: ["waitpid(2), NOTES", "proc_pid_stat(5)"],
			},
		],
	},
	{
		fact: "container",
		madeOf: "exercise",
		what: "the container, after commands have run in it",
		explain: [
			{
				diagnosis: "container-ended",
				why: ({ facts }) =>
					`The container ${facts["container"]}. It belongs to somebody else: a command that enters it comes and goes, and the container's own command runs on.`,
				try: "Look for kill, and for writes to cgroup.kill: end no process but those that you have forked. Leave nothing behind in the container's cgroup and mounts.",
				see: ["kill(2)", "cgroups(7)"],
			},
		],
	},
	{
		fact: "exec.end",
		madeOf: "exercise",
		what: "the end of a command when the container ends before it",
		followsFrom: ["exec.pid", "container"],
		isConsequence: ({ facts }) => String(facts["exec.end"]).startsWith("unknown"),
		explain: [
			unknownCommand(LAST),
			{
				diagnosis: "end-lost",
				why: ({ facts }) =>
					facts["exec.end"] === OUTLIVED
						? "PID 1 of the container had ended, and the command still ran. When a namespace's PID 1 ends, the kernel kills all its processes. So this command was not among them."
						: `When the container's PID 1 ended, the kernel killed the command, by signal 9. The engine should report 128 + 9. It reported: ${facts["exec.end"]}. A wait status holds the exit code and the signal in different bits, and one of them is 0.`,
				try: "The command has to be in the PID namespace. In the process that waits for it, as in lesson 01: if WIFSIGNALED(status), end with 128 + WTERMSIG(status).",
				see: ["waitpid(2)", "pid_namespaces(7)"],
			},
		],
	},
];
