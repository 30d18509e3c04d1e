import type { Context, FactRule } from "../../harness/judge/index.ts";

const value = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().join(", ");

/** Rules for the containers that have no terminal. */
export const withoutRules: FactRule[] = [
	{
		fact: "plain.stdin",
		madeOf: "files",
		what: "standard input of a container that was not asked to be interactive",
		followsFrom: [],
		explain: [
			{
				diagnosis: "input-not-at-its-end",
				why: (context) =>
					`A read from standard input must find the end at once. ${value(context, "plain.stdin") === "a read waits" ? "Here, it still waits" : "Here, it does not"}. So the container reads what its caller types for somebody else, or waits for ever.`,
				try: 'In connectStreams: dup2(openSync("/dev/null", "r"), 0).',
				see: ["dup2(2)", "null(4)"],
			},
		],
	},
	{
		fact: "plain.streams",
		madeOf: "kernel",
		what: "the streams of a container without a terminal, if its caller has one",
		followsFrom: [],
		explain: [
			{
				when: (context) => value(context, "plain.streams").startsWith("a terminal"),
				diagnosis: "callers-terminal-as-output",
				why: (context) =>
					`In /proc/PID/fd, these descriptors of the command are a terminal: ${value(context, "plain.streams").replace(/^a terminal: /, "")}. The command can also read from a terminal that was meant only for output.`,
				try: "For each stream that isatty: make a pipe, give one end to the container, and copy from the other one.",
				see: ["pipe(2)", "isatty(3)"],
			},
			{
				diagnosis: "streams-not-separate",
				why: "Two of the three streams are the same pipe. Whoever reads the container's output cannot tell it from its error messages.",
				try: "Make one pipe for each stream.",
				see: ["pipe(2)"],
			},
		],
	},
	{
		fact: "plain.callers",
		madeOf: "kernel",
		what: "processes of that container that have the caller's terminal open",
		followsFrom: ["plain.streams"],
		explain: [
			{
				diagnosis: "callers-terminal-inside",
				why: (context) =>
					`These processes in the container's PID namespace have the caller's terminal open: ${value(context, "plain.callers")}.`,
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
				why: "In /proc/PID/stat, the session of the command without a terminal is that of its caller. So /dev/tty in the container is the caller's terminal.",
				try: "Call setsid() also for a container without a terminal.",
				see: ["setsid(2)", "tty(4)"],
			},
		],
	},
	{
		fact: "piped.streams",
		madeOf: "kernel",
		what: "the streams of a container when there is no terminal anywhere",
		followsFrom: [],
		explain: [
			{
				diagnosis: "streams-not-separate",
				why: (context) =>
					`Output and error messages must stay apart, without a terminal's carriage returns. The check finds: ${value(context, "piped.streams")}.`,
				try: "Give the container the caller's pipes as they are, or pipes of your own: one for each stream.",
				see: ["pipe(2)"],
			},
		],
	},
	{
		fact: "input.taken",
		madeOf: "kernel",
		what: "containers whose command's input was read by another process",
		// A process that copies has to read: whether from a pipe as well is left open.
		accept: () => true,
		explain: [],
	},
];
