import { constants } from "node:os";
import { type Check, type Context, commandRefused, type Explanation } from "./check.ts";

/**
 * Explanations of wrong endings for every lesson. A check's own `exceptions` are tried first. The last one always
 * fits.
 */
export function endingExplanations(check: Check): Explanation[] {
	const how = (name: string) => (context: Context) => context.ending.how === name;
	return [
		{
			when: ({ thrown }) => thrown?.syscall !== undefined,
			diagnosis: "refused-call",
			why: ({ thrown }) =>
				`The kernel refused ${thrown?.syscall?.call} with ${thrown?.syscall?.code}, and nobody caught the exception.`,
			try: "Look the error up under ERRORS in the manual page, and check the arguments above against it.",
			see: [],
		},
		{
			when: how("threw"),
			diagnosis: "exception",
			why: ({ thrown }) =>
				`An exception that nobody caught ended the program before it was done.${/^ENOENT: .*, mkdir '/.test(thrown?.message ?? "") ? " mkdir makes one directory, and the one that it is to be in must be there." : ""}`,
			try: "Start at the line of yours that is marked below.",
			see: [],
		},
		{
			when: ({ ending, ledger }) => ending.how === "hung" && unfinishedCall(ledger) !== undefined,
			diagnosis: "hangs-in-call",
			why: ({ ledger }) =>
				`It was still waiting in ${unfinishedCall(ledger)} when its time was up: the kernel never answered that call.`,
			try: "Ask what would end that wait, and which process should bring it about.",
			see: [],
		},
		{
			when: how("hung"),
			diagnosis: "never-ends",
			why: "It was still running when its time was up, and was in no system call of ours: a loop that never ends, or a child that does.",
			try: `Look for a loop whose condition never changes. ${check.exported} should come back at once; the command is not its business.`,
			see: [],
		},
		{
			when: how("child-returned"),
			diagnosis: "child-returned",
			why: "A forked child came back from the function, so two processes went on as if each were the only one.",
			try: "End the child with execve or _exit, whatever happens in it.",
			see: ["fork(2)"],
		},
		{
			when: how("asynchronous"),
			diagnosis: "asynchronous",
			why: `${check.exported} returned a promise. A forked child has one thread and no event loop, so nothing would ever settle it.`,
			try: "Write it without async and await; node:fs has a Sync form of everything.",
			see: ["fork(2)"],
		},
		{
			// The kernel kills the largest process: the child, or the engine above it if that is slightly larger.
			when: ({ observation: { before, after }, facts }) =>
				facts["command.ran"] === false && after.oomKills > before.oomKills,
			diagnosis: "out-of-memory",
			why: "The machine's memory ran out before the command ran, and the kernel killed what had taken most of it: oom_kill in /proc/vmstat has grown.",
			try: "Look for what takes memory without end: a loop that keeps what it makes, a buffer that is never emptied.",
			see: ["proc_vmstat(5)"],
		},
		{
			when: how("exited"),
			diagnosis: "exited-early",
			why: (context) => {
				const { ending } = context;
				if (ending.how !== "exited" || ending.signal === null)
					return "The engine's own process ended by itself before it was done. Possible causes: process.exit, _exit or execve in the engine's own process, not in a child.";
				const told = `${ending.signal} ended the engine's own process before it was done.`;
				const wide = killOfSeveral(context);
				if (wide === undefined)
					return `${told} Possible causes: a kill that was given the engine's pid, or a pid that stands for several processes; memory without end.`;
				return `${told} The ledger has kill(${Object.values(wide.args).join(", ")}): ${wide.args["pid"] === "0" ? "0 stands for every process in the caller's process group, and a forked child is in its parent's" : "such a number stands for many processes, not for one"}.`;
			},
			try: "Find what ended it. kill with a positive number reaches one process only: pass it the child's pid.",
			see: ["kill(2)", "_exit(2)"],
		},
		...endingChangedByFork,
		{
			when: commandRefused(),
			diagnosis: "command-refused",
			why: ({ ledger }) => {
				const refused = ledger.find(({ call, error }) => call === "execve" && error !== undefined);
				return `The kernel refused execve(${refused?.args["pathname"]}, …) with ${refused?.error}: the program is looked for from the root that the process then had.`;
			},
			try: 'Look at what / is just before the command is started: readdirSync("/") tells.',
			see: ["execve(2), ERRORS", "path_resolution(7)"],
		},
		{
			when: (context) => context.facts["command.ran"] === false && endingSignal(context) !== undefined,
			diagnosis: "killed-before-command",
			why: (context) => {
				const { name, code, number } = endingSignal(context) ?? { name: "a signal", code: 0, number: 0 };
				const told = `No process with the command's arguments was seen, and the engine reported ${code}: 128 + ${number}, as where ${name} ended the process that it had waited for. The machine's memory had not run out.`;
				if (name === "SIGABRT") return `${told} A Node whose own heap is full aborts in this way.`;
				return name === "SIGSEGV" ? `${told} ${EXIT_IN_CHILD_CRASHES}` : told;
			},
			try: "Look for kill, and for the pid that it is given; for process.exit; and for what takes memory without end.",
			see: ["signal(7)", "_exit(2)"],
		},
		{
			when: ({ facts }) => facts["command.ran"] === false,
			diagnosis: "command-never-ran",
			why: ({ ledger }) =>
				ledger.some(({ call, result, error }) => call === "execve" && result === undefined && error === undefined)
					? "When the kernel was looked at, no process had the command's arguments. The ledger has an execve that did not come back: the program was started, and had ended by then, or was ended."
					: "When the kernel was looked at, no process had the command's arguments, and the ledger has no execve that started it.",
			try: `Possible causes: process.exit, _exit or kill in the process that should have become the command, or a forked child that goes on in its place. ${check.exported} has to return normally, so that the engine can start the command.`,
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

const EXIT_IN_CHILD_CRASHES =
	"Possible cause: process.exit in a forked child. It takes Node apart, with threads that fork has not copied, and crashes. A forked child ends by _exit.";

/** The command runs, but its parent is the host's init: the process that forked it ended without waiting for it. */
const orphaned: Explanation = {
	when: ({ process, during }) =>
		process !== null &&
		process.pid !== process.enginePid &&
		during?.host.tasks.find(({ pid }) => pid === process.pid)?.ppid === 1,
	diagnosis: "command-orphaned",
	why: ({ process, ledger }) =>
		`The command ran, but its parent was pid 1 then, the host's init. The process that had forked it ended without waiting for it, and init takes over the children of the dead. So init heard how the command (pid ${process?.pid}) ended, and the engine did not.${ledger.some(({ call, task, result = 0 }) => call === "waitpid" && task === "1" && result > 0) ? " The engine did wait, but for the process between: what it heard is how that one ended." : ""}`,
	try: "A process that forks the command has to wait for it, and to end with the command's exit code. Or fork once only.",
	see: ["waitpid(2)", "fork(2)", "_exit(2)"],
};

/** The command's parent, if it is a process of the exercise's and not the engine itself. */
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
		`The engine reported 139, which is 128 + SIGSEGV. While the command ran, a process of your own was between the engine and the command: pid ${processBetween(context)?.pid}. That one crashed. ${EXIT_IN_CHILD_CRASHES}`,
	try: "End a forked process by _exit, also after it has waited for the command.",
	see: ["_exit(2)", "fork(2)"],
};

const exitCodeNotHandedUp: Explanation = {
	when: (context) => processBetween(context) !== undefined && typeof returnedCode(context) === "number",
	diagnosis: "exit-code-not-handed-up",
	why: (context) =>
		`While the command ran, a process of your own was between the engine and the command: pid ${processBetween(context)?.pid}. The engine waits for that process, and reports how that one ends: ${String(returnedCode(context))}. The command ended otherwise.`,
	try: "Let the process between wait for the command, take the status apart, and end by _exit with the command's exit code, or with 128 + the signal's number.",
	see: ["waitpid(2)", "_exit(2)"],
};

/** Another process became the command as well: after a fork, both processes returned and went on to start it. */
const ranTwice: Explanation = {
	when: ({ ledger, process }) => {
		const started = ledger.filter(({ call, error }) => call === "execve" && error === undefined);
		return process !== null && new Set(started.map(({ task }) => task)).size > 1;
	},
	diagnosis: "command-runs-twice",
	why: "The ledger has an execve of more than one process: the command was started, and then another process became the command as well. A process that forks goes on twice, and here both went on to start the command. What the engine heard is how the other one ended.",
	try: "After a fork, let one process only go on to the command. The other one has to end by _exit, and may wait for the command before.",
	see: ["fork(2)", "_exit(2)"],
};

/** The command ran, but a process that the exercise forked changed the ending that the engine learned of. */
export const endingChangedByFork: Explanation[] = [orphaned, ranTwice, childCrashed, exitCodeNotHandedUp];

/** A successful kill(2) of the exercise's whose pid, 0 or negative, stands for several processes. */
function killOfSeveral({ ledger }: Context) {
	return ledger.find(({ call, args, error }) => call === "kill" && error === undefined && Number(args["pid"]) <= 0);
}

/** The signal that the exit code stands for. As in a shell, the code is 128 + the signal's number. */
function endingSignal({ ending }: Context): { name: string; code: number; number: number } | undefined {
	const code = ending.how === "returned" ? Number(ending.value) : 0;
	const [name, number] = Object.entries(constants.signals).find(([, signal]) => 128 + signal === code) ?? [];
	return name === undefined || number === undefined ? undefined : { name, code, number };
}

function unfinishedCall(ledger: Context["ledger"]): string | undefined {
	// The engine's own process, task "1", always waits for its child. So its waitpid says nothing about the cause.
	const open = ledger.filter(
		(entry) =>
			entry.result === undefined && entry.error === undefined && entry.call !== "execve" && entry.call !== "_exit",
	);
	const deepest = open.toSorted((a, b) => b.task.length - a.task.length)[0];
	if (deepest === undefined || (deepest.task === "1" && deepest.call === "waitpid")) return undefined;
	return `${deepest.call}(${Object.values(deepest.args).join(", ")})`;
}
