import { constants } from "node:os";
import { waitsText } from "../readings/waits.ts";
import {
	type Check,
	type Context,
	commandRefused,
	commandStarts,
	type Explanation,
	exitCodeOf,
	isCommandsExecve,
} from "./check.ts";

/**
 * Explanations of wrong endings for every lesson. A check's own `exceptions` are tried first. The last explanation here
 * always fits.
 */
export function endingExplanations(check: Check): Explanation[] {
	const how = (name: string) => (context: Context) => context.ending.how === name;
	return [
		{
			when: ({ thrown }) => thrown?.syscall !== undefined,
			diagnosis: "refused-call",
			why: ({ thrown }) =>
				`The kernel refused ${thrown?.syscall?.call} with ${thrown?.syscall?.code}, and this exception ended the program.`,
			try: "Look up the error under ERRORS in the manual page, and compare the arguments above with what it says.",
			see: [],
		},
		{
			when: ({ thrown }) => /^ENOENT: .*, mkdir '/.test(thrown?.message ?? ""),
			diagnosis: "exception",
			why: "An uncaught exception ended the program before it was done. mkdir makes one directory, and its parent directory must exist.",
			try: "Make the parent directory first, or pass { recursive: true } to mkdirSync: then it makes all of them.",
			see: ["mkdir(2), ERRORS"],
		},
		{
			when: how("threw"),
			diagnosis: "exception",
			why: "An uncaught exception ended the program before it was done.",
			try: "Find the line that threw the exception, and what it was called with.",
			see: [],
		},
		{
			when: ({ ending, ledger, observation }) =>
				ending.how === "hung" && looping(observation) === undefined && unfinishedCall(ledger) !== undefined,
			diagnosis: "hangs-in-call",
			why: ({ ledger, ending }) =>
				`Your program waited in ${unfinishedCall(ledger)}, and that call never returned.${processesOf(ending)}`,
			try: "Ask what would end that wait, and which process should cause it.",
			see: [],
		},
		{
			when: ({ ending, observation }) => ending.how === "hung" && printedBytes(observation) > MUCH_OUTPUT_BYTES,
			diagnosis: "never-ends",
			why: ({ ending, observation }) =>
				`Your program had not come to an end when the check gave up. Until then it had printed ${printedBytes(observation)} bytes. In the virtual machine, each line that is printed takes about a millisecond. So either it only printed too much to be done in time, or a loop that prints never ends.${processesOf(ending)}`,
			try: "Print less, such as one line in a thousand, and check again. If it still does not end, look for a loop whose condition never changes.",
			see: [],
		},
		{
			when: how("hung"),
			diagnosis: "never-ends",
			why: ({ ending, observation }) => {
				const loop = looping(observation);
				return `Your program did not come to an end${loop === undefined ? ", and was in no system call of #kernel, except perhaps in the engine's own waitpid. Possible causes: a loop that never ends, or a child that never ends." : ". A process of your engine was running, not waiting. Possible cause: a loop that never ends."}${processesOf(loop ?? ending)}`;
			},
			try: "Look for a loop whose condition never changes, and for a wait that nothing ends, also in what you do after the command has ended.",
			see: [],
		},
		{
			when: how("child-returned"),
			diagnosis: "child-returned",
			why: "A forked child returned from the function, so two processes continued, each as if it were the only one.",
			try: "Let the child end with execve or _exit, whatever happens in it.",
			see: ["fork(2)"],
		},
		{
			when: how("asynchronous"),
			diagnosis: "asynchronous",
			why: `${check.exported} returned a promise, and the engine does not wait for promises. A forked child could not even settle one: it has one thread and no event loop.`,
			try: "Write it without async and await: node:fs has synchronous functions, such as readFileSync.",
			see: ["fork(2)"],
		},
		{
			// The kernel kills the largest process: the child, or the engine above it if that is slightly larger.
			when: ({ observation: { before, after }, facts }) =>
				facts["command.ran"] === false && after.oomKills > before.oomKills,
			diagnosis: "out-of-memory",
			why: "The machine's memory ran out before the command ran, and the kernel killed the process that used most of it: oom_kill in /proc/vmstat has increased.",
			try: "Look for code that uses more and more memory: a loop that keeps what it makes, a buffer that is never emptied.",
			see: ["proc_vmstat(5)"],
		},
		{
			when: ({ ending }) => ending.how === "exited" && ending.signal === null,
			diagnosis: "exited-early",
			why: "The engine's own process ended by itself before it was done. Possible causes: process.exit, _exit or execve in the engine's own process, not in a child.",
			try: "Call _exit and execve only in a forked child, and process.exit nowhere.",
			see: ["_exit(2)", "execve(2)"],
		},
		{
			when: how("exited"),
			diagnosis: "exited-early",
			why: (context) => {
				const { ending } = context;
				const statement = `${ending.how === "exited" ? ending.signal : "A signal"} ended the engine's own process before it was done.`;
				const wide = killOfSeveral(context);
				if (wide === undefined)
					return `${statement} Possible causes: kill with the engine's pid, or with a pid that stands for several processes; too much memory.`;
				return `${statement} The list of your system calls has kill(${Object.values(wide.args).join(", ")}): ${wide.args["pid"] === "0" ? "0 stands for every process in the caller's process group, and a forked child is in its parent's group" : "a negative number stands for several processes, not for one"}.`;
			},
			try: "Find out what ended it. kill with a positive pid reaches only one process: pass it the child's pid.",
			see: ["kill(2)"],
		},
		...endingChangedByFork,
		{
			when: commandRefused(),
			diagnosis: "command-refused",
			why: ({ ledger }) => {
				const refused = ledger.findLast((entry) => isCommandsExecve(entry) && entry.error !== undefined);
				return `The kernel refused execve(${refused?.args["pathname"]}, …) with ${refused?.error}: the kernel looks for the program from the root that the process had at that moment.${refused?.error === "EACCES" ? " Possible causes of EACCES: the process's user may not enter a directory on the way, / included, or may not execute the file; the path is not a regular file; its file system is mounted with noexec." : ""}`;
			},
			try: 'Look at / just before the command is started: readdirSync("/") lists it.',
			see: ["execve(2), ERRORS", "path_resolution(7)"],
		},
		{
			when: (context) => context.facts["command.ran"] === false && endingSignal(context) !== undefined,
			diagnosis: "killed-before-command",
			why: (context) => {
				const { name, code, number } = endingSignal(context) ?? { name: "a signal", code: 0, number: 0 };
				const statement = `No process had the command's arguments, and the engine reported ${code}. That is 128 + ${number}, as if ${name} had ended the process that it waited for. The machine's memory had not run out.`;
				if (name === "SIGABRT") return `${statement} Node aborts in this way when its own heap is full.`;
				return name === "SIGSEGV" ? `${statement} ${EXIT_IN_CHILD_CRASHES}` : statement;
			},
			try: "Look for kill, and for the pid that it gets; for process.exit; and for code that uses more and more memory.",
			see: ["signal(7)", "_exit(2)"],
		},
		{
			when: ({ facts }) => facts["command.ran"] === false,
			diagnosis: "command-never-ran",
			why: ({ ledger }) =>
				commandStarts(ledger).length > 0
					? "When the check read the kernel, no process had the command's arguments. The list of your system calls has an execve with these arguments that did not return: the program was started, but had already ended, or had been killed."
					: "When the check read the kernel, no process had the command's arguments, and the list of your system calls has no execve with all of these arguments.",
			try: "Possible causes: process.exit, _exit or kill in the process that should have become the command; code that looked for the program before the process was in the container, and found none; a forked child that continues in its place. One process has to come as far as the execve that starts the command.",
			see: [],
		},
		{
			diagnosis: "wrong-ending",
			why: "The command ran, but did not end as it should have.",
			try: "Compare your calls with the reference's, the last ones first: --trace, or t in watch mode, shows both.",
			see: [],
		},
	];
}

/** A program that prints this much, line by line, spends a good part of its time with printing. */
const MUCH_OUTPUT_BYTES = 16 << 10;

const printedBytes = ({ outputBytes: { stdout, stderr } }: Context["observation"]) => stdout + stderr;

/**
 * The ending of a call for which the engine or a fork of it was running, not waiting, when the check gave up; undefined
 * if there is none. If there is one, a loop in that process is the likely cause, and not a system call in which another
 * process waits.
 */
const looping = ({ calls }: Context["observation"]): Context["ending"] | undefined =>
	Object.values(calls).find(
		({ ending }) =>
			ending.how === "hung" && ending.tasks.some(({ comm, state }) => comm === "MainThread" && state === "R"),
	)?.ending;

function processesOf(ending: Context["ending"]): string {
	const waits = ending.how === "hung" ? waitsText(ending) : "";
	return waits === "" ? "" : ` When the check gave up: ${waits}.`;
}

const EXIT_IN_CHILD_CRASHES =
	"Possible cause: process.exit in a forked child. It shuts down Node, whose threads fork has not copied, and crashes. End a forked child by _exit.";

/** The command runs, but its parent is the host's init: the process that forked it ended without waiting for it. */
const orphaned: Explanation = {
	when: ({ ending, process, during }) =>
		// If the engine itself has ended, or a child has returned, that is the mistake.
		(ending.how === "returned" || ending.how === "threw") &&
		process !== null &&
		process.pid !== process.enginePid &&
		during?.host.tasks.find(({ pid }) => pid === process.pid)?.ppid === 1,
	diagnosis: "command-orphaned",
	why: ({ process, ledger }) =>
		`The command ran, but its parent was pid 1, the host's init. The process that forked it had ended without waiting for it, and init adopts such children. So init learned how the command (pid ${process?.pid}) ended, and the engine did not.${ledger.some(({ call, task, result = 0 }) => call === "waitpid" && task === "1" && result > 0) ? " The engine waited only for that process in between, so it learned how that process ended." : ""}`,
	try: "A process that forks the command has to wait for it, and to end with the command's exit code. Or fork only once.",
	see: ["waitpid(2)", "fork(2)", "_exit(2)"],
};

/** The command's parent, if it is a process of the exercise and not the engine itself. */
function processBetween({ process, during }: Context) {
	const parent = during?.host.tasks.find(({ pid }) => pid === process?.pid)?.ppid;
	const between = process?.tasks.find(({ pid }) => pid === parent);
	return parent === process?.enginePid ? undefined : between;
}

const returnedCode = ({ ending }: Context) => (ending.how === "returned" ? ending.value : undefined);

const childCrashed: Explanation = {
	when: (context) => processBetween(context) !== undefined && returnedCode(context) === 128 + constants.signals.SIGSEGV,
	diagnosis: "child-crashed",
	why: (context) =>
		`The engine reported 139, which is 128 + SIGSEGV. While the command ran, a process of your own was between the engine and the command: pid ${processBetween(context)?.pid}. That process crashed. ${EXIT_IN_CHILD_CRASHES}`,
	try: "End a forked process by _exit, also after it has waited for the command.",
	see: ["_exit(2)", "fork(2)"],
};

const exitCodeNotHandedUp: Explanation = {
	when: (context) =>
		processBetween(context) !== undefined &&
		typeof returnedCode(context) === "number" &&
		// If the process in between has handed up the right code, there must be another reason.
		!context.ledger.some(({ call, args }) => call === "_exit" && args["status"] === String(exitCodeOf(context.drawn))),
	diagnosis: "exit-code-not-handed-up",
	why: (context) =>
		`While the command ran, a process of your own was between the engine and the command: pid ${processBetween(context)?.pid}. The kernel tells only that process how the command ends, and the engine how that process ends. The engine reported ${String(returnedCode(context))}, but the command ended differently.`,
	try: "Let the process in between wait for the command, decode the status, and end by _exit with the command's exit code, or with 128 + the signal's number. The engine has to wait for that process.",
	see: ["waitpid(2)", "_exit(2)"],
};

/** Another process became the command as well: after a fork, both processes returned and went on to start it. */
const ranTwice: Explanation = {
	when: ({ ending, ledger, process }) =>
		ending.how === "returned" && process !== null && new Set(commandStarts(ledger).map(({ task }) => task)).size > 1,
	diagnosis: "command-runs-twice",
	why: "In the list of your system calls, more than one process called execve with the command's arguments, so another process became the command as well. After a fork, two processes continue, and here both started the command. The engine may have learned how the other one ended.",
	try: "Let only one process start the command. A process that was forked for something else has to end by _exit; before that, it may wait for the command.",
	see: ["fork(2)", "_exit(2)"],
};

/** Explanations for a command that ran. A process that the exercise forked changed the ending that the engine saw. */
export const endingChangedByFork: Explanation[] = [orphaned, ranTwice, childCrashed, exitCodeNotHandedUp];

/** A successful kill(2) by the exercise with a pid of 0 or less. Such a pid stands for several processes. */
function killOfSeveral({ ledger }: Context) {
	return ledger.find(({ call, args, error }) => call === "kill" && error === undefined && Number(args["pid"]) <= 0);
}

/** The signal that the exit code stands for, if any. As in a shell, the code is 128 + the signal's number. */
function endingSignal({ ending }: Context): { name: string; code: number; number: number } | undefined {
	const code = ending.how === "returned" ? Number(ending.value) : 0;
	const [name, number] = Object.entries(constants.signals).find(([, signal]) => 128 + signal === code) ?? [];
	return name === undefined || number === undefined ? undefined : { name, code, number };
}

// The call that never returned, in the process that is the most forks away from the engine. Undefined if there is none,
// or only the engine's own waitpid: the engine, task "1", always waits for its child, which says nothing about the
// cause.
function unfinishedCall(ledger: Context["ledger"]): string | undefined {
	const open = ledger.filter(
		(entry) =>
			entry.result === undefined && entry.error === undefined && entry.call !== "execve" && entry.call !== "_exit",
	);
	const deepest = open.toSorted((a, b) => b.task.length - a.task.length)[0];
	if (deepest === undefined || (deepest.task === "1" && deepest.call === "waitpid")) return undefined;
	return `${deepest.call}(${Object.values(deepest.args).join(", ")})`;
}
