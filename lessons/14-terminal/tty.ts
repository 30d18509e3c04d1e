import { type Context, type FactRule, programName } from "../../harness/judge/index.ts";
import { NOT_KNOWN } from "./facts.ts";
import { HUNG_UP, RESIZED, SIZES, settingsDuring, TYPED } from "./scenario.ts";

const text = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().join(", ");
/** Whether a system call of this name has succeeded; with `op`, an ioctl with this request. */
const calls = ({ ledger }: Context, call: string, op?: string) =>
	ledger.some(
		({ call: made, args, error }) => made === call && error === undefined && (op === undefined || args["op"] === op),
	);

/** Whether a recvmsg(2) of {@link TYPED} has not returned. Its driver first tries a container that cannot be made. */
const waitsForMaster = ({ calls }: Context["observation"]) =>
	calls[TYPED]?.ledger.some(
		({ call, result, error }) => call === "recvmsg" && result === undefined && error === undefined,
	);

/** Whether the command itself has the caller's terminal open. */
const holdsCallersTerminal = ({ process }: Context) =>
	process?.tasks.some((task) => task.pid === process.pid && process.terminal?.callers.includes(programName(task)));

/** The command's three streams, as /proc/PID/fd shows them. */
const streams = ({ process }: Context) =>
	["0", "1", "2"].map((fd) => `${fd}: ${process?.descriptors[fd] ?? "closed"}`).join(", ");

const thrownOfHungUp = ({ observation }: Context) => {
	const ending = observation.calls[HUNG_UP]?.ending;
	return ending?.how === "threw" ? ending.thrown : undefined;
};

/** Rules for the containers that have a terminal: the terminal itself, its session, its size and its signals. */
export const ttyRules: FactRule[] = [
	{
		fact: "tty.streams",
		madeOf: "kernel",
		what: "standard input, output and error of the command with a terminal",
		explain: [
			{
				when: (context) =>
					text(context, "tty.streams") === "a terminal of another /dev/pts" &&
					calls(context, "ioctl", "TIOCSPTLCK") &&
					!holdsCallersTerminal(context),
				diagnosis: "terminal-of-the-host",
				why: "The command's terminal is not in the devpts that is mounted on the container's /dev/pts. The process that opened /dev/ptmx had the host's /dev, so the terminal is in the host's devpts. In the container, its path leads to another terminal, or to none.",
				try: "Open /dev/ptmx in takeStreams: there, the process has the container's root.",
				see: ["pty(7)", "pts(4)"],
			},
			{
				when: (context) => text(context, "tty.streams") === "a terminal of another /dev/pts",
				diagnosis: "callers-terminal-given-away",
				why: "The command's three streams are the caller's terminal, which the command has inherited. So the command can change the settings of this terminal, read all that is typed there, and write to it at any time.",
				try: "Open a terminal in takeStreams, and make it the three streams by dup2.",
				see: ["pty(7)", "dup2(2)"],
			},
			{
				diagnosis: "not-all-three",
				why: (context) =>
					`Not all three streams are the same terminal. In /proc/PID/fd of the command: ${streams(context)}. What the command reads and writes elsewhere does not come through the terminal.`,
				try: "for (const fd of [0, 1, 2]) dup2(slave, fd);",
				see: ["dup2(2)"],
			},
		],
	},
	{
		fact: "tty.session",
		madeOf: "kernel",
		what: "the session of the command with a terminal",
		followsFrom: [],
		explain: [
			{
				diagnosis: "no-session",
				why: "In /proc/PID/stat, the command's session is not the command's own pid: the command is in a session of another process. Only the leader of a session can get a controlling terminal. If that session has a terminal, such as the caller's, /dev/tty in the container leads to it.",
				try: "Call setsid() in takeStreams, before anything else.",
				see: ["setsid(2)", "credentials(7), Process group ID and session ID"],
			},
		],
	},
	{
		fact: "tty.controlling",
		madeOf: "kernel",
		what: "the controlling terminal of the command",
		followsFrom: ["tty.streams", "tty.session"],
		explain: [
			{
				diagnosis: "no-controlling-terminal",
				why: (context) =>
					`tty_nr in /proc/PID/stat is ${text(context, "tty.controlling") === "none" ? "0: the session has no controlling terminal. So Ctrl-C is only a character, and a shell says that it has no job control" : "another terminal than the command's streams"}.`,
				try: "ioctl(slave, TIOCSCTTY, 0), after setsid.",
				see: ["ioctl_tty(2)", "proc_pid_stat(5)"],
			},
		],
	},
	{
		fact: "tty.foreground",
		madeOf: "kernel",
		what: "the process group in the terminal's foreground",
		followsFrom: ["tty.controlling"],
		explain: [
			{
				diagnosis: "no-controlling-terminal",
				why: "tpgid in /proc/PID/stat is not the command's process group. Signals of the terminal go to the group in its foreground.",
				try: "Let the process that becomes the command call setsid and TIOCSCTTY itself: it is then the foreground.",
				see: ["proc_pid_stat(5)", "tcsetpgrp(3)"],
			},
		],
	},
	{
		fact: "tty.callers",
		madeOf: "kernel",
		what: "processes of the container that have the caller's terminal open",
		followsFrom: ["tty.streams"],
		explain: [
			{
				diagnosis: "callers-terminal-inside",
				why: (context) =>
					`These processes in the container's PID namespace have the caller's terminal open: ${text(context, "tty.callers")}. Root in the container can open it as well, through /proc/PID/fd of such a process: it reads what is typed, and writes what it likes.`,
				try: "In connectStreams, the child must put something else at descriptors 0, 1 and 2 before it returns: /dev/null for input, pipes for output. Init is forked from it, and has the same ones.",
				see: ["proc_pid_fd(5)", "pipe(2)"],
			},
		],
	},
	{
		fact: "tty.size",
		madeOf: "kernel",
		what: "the size of the container's terminal when the command starts",
		followsFrom: ["tty.streams"],
		explain: [
			{
				diagnosis: "wrong-size",
				why: (context) =>
					`The caller's terminal has ${SIZES.first.columns} columns and ${SIZES.first.rows} rows. The container's: ${text(context, "tty.size")}. A new terminal has 0 × 0, until somebody sets a size; programs then guess.`,
				try: "Ask for the size with TIOCGWINSZ on the host, pass it on in Ends, and set it with TIOCSWINSZ.",
				see: ["ioctl_tty(2)"],
			},
		],
	},
	{
		fact: "tty.resized",
		madeOf: "kernel",
		what: "the size of the container's terminal after the caller's terminal has got another size",
		followsFrom: ["tty.streams"],
		explain: [
			{
				diagnosis: "resize-lost",
				why: `The caller's terminal became ${SIZES.later.columns} columns wide, and the kernel sent SIGWINCH to its foreground. The container's terminal still has a different size (moment “${RESIZED}”).`,
				try: "In onResize: ioctl(master, TIOCSWINSZ, ioctl(0, TIOCGWINSZ)). The kernel then sends SIGWINCH to the foreground of the container's terminal.",
				see: ["ioctl_tty(2)", "signal(7)"],
			},
		],
	},
	{
		fact: "tty.interrupt",
		madeOf: "exercise",
		what: "what the command got when Ctrl-C was typed for it",
		accept: (got) => got === NOT_KNOWN,
		followsFrom: ["tty.streams", "tty.session", "tty.controlling"],
		explain: [
			{
				when: ({ observation }) => (observation.measured[settingsDuring(HUNG_UP)] ?? "raw") !== "raw",
				diagnosis: "terminal-not-raw",
				why: "Ctrl-C was typed, and the container's command got no SIGINT. The caller's terminal was not raw: it made a signal of Ctrl-C itself, for its own foreground, and the container's terminal never saw the character.",
				try: "tcsetattr(0, TCSANOW, cfmakeraw(tcgetattr(0))) before you copy.",
				see: ["cfmakeraw(3)", "termios(3)"],
			},
			{
				diagnosis: "interrupt-lost",
				why: "Ctrl-C was typed on the caller's terminal, and the command got no SIGINT. Possible causes: the character was not copied to the container's terminal; that terminal has no foreground to send a signal to; that terminal is raw, or has another interrupt character, so it makes no signal of Ctrl-C.",
				try: "Copy from descriptor 0 to the master, make the terminal the session's with TIOCSCTTY, and leave the container's terminal as the kernel has made it: only the caller's becomes raw.",
				see: ["termios(3)", "ioctl_tty(2)"],
			},
		],
	},
	{
		fact: "tty.hangup",
		madeOf: "exercise",
		what: "how the container ended when its caller's terminal hung up",
		followsFrom: ["tty.streams", "tty.session", "tty.controlling", "tty.interrupt"],
		explain: [
			{
				when: (context) => {
					const { call, code } = thrownOfHungUp(context)?.syscall ?? {};
					return call === "tcsetattr" && code === "EIO";
				},
				diagnosis: "settings-of-a-lost-terminal",
				why: (context) =>
					`The caller's terminal has hung up, as when its window is closed. Nobody can restore the settings of such a terminal: tcsetattr fails with EIO. The exception has cost the container its exit code: ${thrownOfHungUp(context)?.message}.`,
				try: "Before you restore the settings, ask isatty(0): after a hang-up, it is false.",
				see: ["tcsetattr(3)", "isatty(3)"],
			},
			{
				when: (context) => thrownOfHungUp(context) !== undefined,
				diagnosis: "hang-up-taken-for-failure",
				why: (context) =>
					`In the run whose caller's terminal hangs up, as when its window is closed, the engine has thrown an exception. So the container's exit code is lost: ${thrownOfHungUp(context)?.message}.`,
				try: "A hang-up is an end like others: catch what can fail on a terminal that has hung up.",
				see: ["setsid(2), NOTES"],
			},
			{
				diagnosis: "hang-up-not-heard",
				why: "The caller's terminal has hung up, as when its window is closed. The container's command exits when it gets SIGHUP, with a code of its own, and the engine has not returned this code. The kernel sends SIGHUP to the leader of a terminal's session when the last descriptor of the master is closed. A possible cause: a process still has the master open.",
				try: "In onEnd, when the channel from descriptor 0 has ended, return `to`: the master.",
				see: ["setsid(2), NOTES", "signal(7)"],
			},
		],
	},
	{
		fact: "tty.failed",
		madeOf: "kernel",
		what: "a container with a terminal that could not be made",
		followsFrom: ["tty.streams", "tty.hangup"],
		explain: [
			{
				diagnosis: "waits-for-a-master",
				why: ({ observation }) =>
					`The process that was to become the container ended before takeStreams, and sent nothing. The process in the middle did not end.${waitsForMaster(observation) ? " It still waits in recvmsg, which returns null once no process has the other end of the socket open. So a process still has that end open: probably this process itself." : ""}`,
				try: "In the parent, close the child's socket right after the fork. If recvmsg returns null, copy what the pipes hold, and end with the exit code.",
				see: ["unix(7)", "recvmsg(2)"],
			},
		],
	},
];
