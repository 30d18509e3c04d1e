import type { Context, FactRule } from "../../harness/judge/index.ts";
import { FINDS_END, WAITS } from "./facts.ts";

const value = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().join(", ");

/** Rules for the containers that lack a terminal, standard input, or both. */
export const withoutRules: FactRule[] = [
	{
		fact: "plain.stdin",
		madeOf: "files",
		what: "a read from standard input, with neither -i nor -t",
		followsFrom: [],
		explain: [
			{
				diagnosis: "input-not-at-its-end",
				why: (context) =>
					`A read from standard input must find the end at once. ${value(context, "plain.stdin") === WAITS ? "Here, it still waits" : "Here, it does not"}. So the container reads what its caller types for somebody else, or waits for ever.`,
				try: 'In connectStreams: dup2(openSync("/dev/null", "r"), 0).',
				see: ["dup2(2)", "null(4)"],
			},
		],
	},
	{
		fact: "typed.streams",
		madeOf: "kernel",
		what: "the streams of an interactive container without a terminal, if its caller has one",
		followsFrom: ["tty.failed"],
		explain: [
			{
				when: (context) => value(context, "typed.streams") === "a terminal: 0",
				diagnosis: "callers-terminal-as-input",
				why: "In /proc/PID/fd, descriptor 0 of the command is the caller's terminal. A terminal is open for writing as well, and the command can change its settings.",
				try: "With -i and without -t, 0 needs a pipe, too: the child gets the reading end, and the parent copies from 0 to the other one.",
				see: ["pipe(2)", "isatty(3)"],
			},
			{
				when: (context) => value(context, "typed.streams").startsWith("a terminal"),
				diagnosis: "callers-terminal-as-output",
				why: (context) =>
					`In /proc/PID/fd, these descriptors of the command are a terminal: ${value(context, "typed.streams").replace(/^a terminal: /, "")}. The command can also read from a terminal that was meant only for output.`,
				try: "For each stream that isatty: make a pipe, give one end to the container, and copy from the other one.",
				see: ["pipe(2)", "isatty(3)"],
			},
			{
				diagnosis: "streams-not-separate",
				why: "Two of the three streams are the same file. If these are output and errors, whoever reads the container's output cannot tell it from its error messages.",
				try: "Make one pipe for each stream.",
				see: ["pipe(2)"],
			},
		],
	},
	{
		fact: "typed.callers",
		madeOf: "kernel",
		what: "processes of an interactive container without a terminal that have the caller's terminal open",
		followsFrom: ["tty.callers", "typed.streams", "tty.failed"],
		explain: [
			{
				diagnosis: "callers-terminal-inside",
				why: (context) =>
					`These processes in the container's PID namespace have the caller's terminal open: ${value(context, "typed.callers")}.`,
				try: "Let the child of connectStreams replace descriptors 0, 1 and 2 before it returns.",
				see: ["proc_pid_fd(5)"],
			},
		],
	},
	{
		fact: "plain.session",
		madeOf: "kernel",
		what: "the session of the command without a terminal",
		followsFrom: ["tty.session"],
		explain: [
			{
				diagnosis: "no-session-without-terminal",
				why: "In /proc/PID/stat, the session of the command without a terminal is not the command's own pid: the command is in a session of another process. If that session has a terminal, such as the caller's, /dev/tty in the container leads to it.",
				try: "Call setsid() also for a container without a terminal.",
				see: ["setsid(2)", "tty(4)"],
			},
		],
	},
	{
		fact: "plain.streams",
		madeOf: "kernel",
		what: "the streams of a container when there is no terminal anywhere",
		followsFrom: [],
		explain: [
			{
				diagnosis: "streams-not-separate",
				why: (context) =>
					`Output and error messages must stay apart, without a terminal's carriage returns. The check finds: ${value(context, "plain.streams") === "not three" ? "two of the three streams are the same file" : value(context, "plain.streams")}.`,
				try: "Give the container the caller's pipes as they are, or pipes of your own: one for each stream.",
				see: ["pipe(2)"],
			},
		],
	},
	{
		fact: "mute.input",
		madeOf: "files",
		what: "a read from the container's terminal, with -t and without -i, after the caller has typed a line",
		followsFrom: ["tty.streams", "tty.failed"],
		explain: [
			{
				when: (context) => value(context, "mute.input") === FINDS_END,
				diagnosis: "terminal-not-for-input",
				why: "With a terminal and without -i, nobody types for the container, and a read from its terminal waits. Here, a read in the container has found the end of standard input at once. Possible cause: without -i, descriptor 0 is /dev/null, and not the terminal.",
				try: "With a terminal, put the slave at 0, 1 and 2, also without -i.",
				see: ["dup2(2)", "pty(7)"],
			},
			{
				diagnosis: "input-not-asked-for",
				why: "A line was typed on the caller's terminal, and a read in the container has got something. Without -i, nothing that the caller types is for the container.",
				try: "Pass a channel from 0 to the master only if the container is interactive.",
				see: ["pty(7)"],
			},
		],
	},
	{
		fact: "typed.input",
		madeOf: "files",
		what: "what an interactive container without a terminal read until the end of its input",
		followsFrom: ["typed.streams", "tty.failed"],
		explain: [
			{
				diagnosis: "input-never-ends",
				why: (context) =>
					`A line and Ctrl-D were typed on the caller's terminal. The command has to read that line, and then find the end. The check finds: ${value(context, "typed.input") || "the end, without the line"}. A pipe ends once no process has its writing end open.`,
				try: "Copy from 0 to the pipe's writing end. Close that end in the child, and in the parent when 0 has ended: return `to` in onEnd.",
				see: ["pipe(7)", "read(2)"],
			},
		],
	},
	{
		fact: "input.taken",
		madeOf: "kernel",
		what: "containers whose command's input was read by another process",
		// In this lesson, a process that copies has to read the caller's terminal, and it may read the caller's pipes as
		// well. So every value is right.
		accept: () => true,
		explain: [],
	},
];
