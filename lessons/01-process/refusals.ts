import { constants } from "node:os";
import { type Context, type Explanation, exitCodeOf, refused, spoiltBetween } from "../../harness/judge/index.ts";
import { CRASHED, crashCodeOf, FORBIDDEN, MISSING, REFUSED, signalOf } from "./scenario.ts";

/** Explanations of wrong endings: of a command that exits, one that crashes, one that does not exist, and others. */

const returned = ({ observation }: Context, container: string): unknown => {
	const ending = observation.calls[container]?.ending;
	return ending?.how === "returned" ? ending.value : undefined;
};

/** Whether the command ran in the engine's own process. */
const engineReplaced = ({ process }: Context) => process !== null && process.pid === process.enginePid;

const waits = ({ ledger }: Context) => ledger.filter(({ call }) => call === "waitpid");

/** Whether the engine returned while one of its processes was still there, and no waitpid had returned a pid. */
const notWaited = (context: Context) =>
	context.ending.how === "returned" &&
	context.facts["command.ran"] === true &&
	String(context.facts["left.processes"]) !== "" &&
	!waits(context).some(({ result = 0 }) => result > 0);

/** The error codes of a container's calls that the kernel refused, from the container's ledger. */
const refusals = ({ observation }: Context, container: string, name: string): string[] =>
	(observation.calls[container]?.ledger ?? []).flatMap(({ call, error }) =>
		call === name && error !== undefined ? [error] : [],
	);

/** The engine has its own UTS namespace, and the engine's own process made the calls of `enter`. */
export const enterInEngine: Explanation = {
	when: ({ facts, ledger }) =>
		String(facts["engine.place"]).includes("another uts namespace") &&
		ledger.some(({ task, call }) => task === "1" && call === "sethostname"),
	diagnosis: "enter-in-engine",
	why: "enter was called in the engine's own process, and has changed the engine itself: its /proc/PID/ns/uts is no longer the host's. What enter does is meant for the container; an engine that has walked into it cannot clean up outside, nor start a second one.",
	try: "Call enter in the child, between fork and execve.",
	see: ["fork(2)", "namespaces(7)"],
};

/** For the first command, which exits with a code. */
export const endings: Explanation[] = [
	{
		when: (context) => engineReplaced(context) && refused("waitpid", "ECHILD")(context),
		diagnosis: "branches-swapped",
		why: "The child called waitpid, and was told ECHILD: it has no child. Its parent, the engine, has become the command meanwhile. fork returns twice: the child's pid in the parent, 0 in the child.",
		try: "if (pid === 0) { … execve } is the child's branch; what comes after it is the parent's.",
		see: ["fork(2), RETURN VALUE", "waitpid(2), ERRORS"],
	},
	{
		when: engineReplaced,
		diagnosis: "engine-replaced",
		why: "The command ran in the engine's own process, under the engine's pid. execve starts no process: it gives the process that calls it another program, and the old one is gone. Nobody was left to report how the command ended.",
		try: "Call fork first, and execve in the child only: where fork returned 0.",
		see: ["execve(2)", "fork(2)"],
	},
	{
		when: (context) => notWaited(context) && waits(context).some(({ args }) => args["options"] === "WNOHANG"),
		diagnosis: "looked-once",
		why: "With WNOHANG, waitpid does not wait. It returned 0, which means that no child has ended yet; the status beside it means nothing.",
		try: "Leave WNOHANG out, and waitpid returns when the command has ended.",
		see: ["waitpid(2)"],
	},
	{
		when: notWaited,
		diagnosis: "not-waited",
		why: "runCommand came back without having heard of the command's end. Nothing that it could have reported is known by then. And a child that ends without being waited for stays in the process table as a zombie.",
		try: "Call waitpid(pid) in the parent: it returns when the child has ended, and takes it off the table.",
		see: ["waitpid(2), NOTES"],
	},
	{
		when: ({ ending, facts }) =>
			ending.how === "returned" && [facts["command.streams"] ?? []].flat().includes("stdin: another"),
		diagnosis: "streams-replaced",
		why: "The command reads from its standard input which exit code it is to end with. Its descriptor 0 is not the engine's, so it has never heard that, and ended with another code.",
		try: 'Do nothing: fork copies the descriptors, and execve leaves 0, 1 and 2 as they are. Functions of node:child_process make pipes unless they are told stdio: "inherit".',
		see: ["fork(2)", "execve(2), Effect on process attributes"],
	},
	...spoiltBetween,
	{
		when: (context) => returned(context, "box") === exitCodeOf(context.drawn) * 256,
		diagnosis: "raw-status",
		why: ({ drawn }) =>
			`${exitCodeOf(drawn) * 256} is ${exitCodeOf(drawn)} times 256: the wait status itself. It holds the exit code in its second byte, and the signal in its first.`,
		try: "Take it apart: WIFEXITED, WEXITSTATUS, WIFSIGNALED, WTERMSIG.",
		see: ["waitpid(2)"],
	},
	{
		when: ({ ending, facts }) => ending.how === "returned" && facts["command.ran"] === true,
		diagnosis: "exit-code-wrong",
		why: ({ drawn }) =>
			`The command ended with _exit(${exitCodeOf(drawn)}). That number is what a script behind your engine decides on, so it has to come through unchanged.`,
		try: "Return WEXITSTATUS(status).",
		see: ["waitpid(2)", "_exit(2)"],
	},
];

/** For the second command, which a signal ends. */
export const signalDeaths: Explanation[] = [
	{
		when: (context) => returned(context, CRASHED) === 0,
		diagnosis: "signal-death-hidden",
		why: ({ drawn }) =>
			`${signalOf(drawn)} ended the command, and 0 was reported: success. A process that a signal ends has no exit code. The bits that WEXITSTATUS reads are all 0 then.`,
		try: "Ask WIFSIGNALED(status) first; if so, return 128 + WTERMSIG(status).",
		see: ["waitpid(2)", "signal(7)"],
	},
	{
		when: (context) =>
			[crashCodeOf(context.drawn), crashCodeOf(context.drawn) - 128].some(
				(code) => returned(context, CRASHED) === code + 0x80,
			),
		diagnosis: "core-dump-bit",
		why: ({ drawn }) =>
			`${signalOf(drawn)} is number ${crashCodeOf(drawn) - 128}. It does not only end the process, it also writes a core dump, and then the wait status has one more bit, 0x80, beside the signal's number.`,
		try: "Take the number out with WTERMSIG(status), which reads the lowest 7 bits, and add 128.",
		see: ["waitpid(2)", "core(5)"],
	},
	{
		diagnosis: "signal-death-wrong",
		why: ({ drawn }) =>
			`${signalOf(drawn)}, number ${crashCodeOf(drawn) - 128}, ended the command. There is no exit code then; shells report 128 + the number, here ${crashCodeOf(drawn)}, and so does every container engine.`,
		try: "If WIFSIGNALED(status): return 128 + WTERMSIG(status).",
		see: ["waitpid(2)", "signal(7)"],
	},
];

/** For the third command, whose program does not exist. */
export const missingPrograms: Explanation[] = [
	...childrenThatGoOn(MISSING),
	{
		diagnosis: "missing-program-code",
		why: "There is no such program: execve says ENOENT. What is built to be used from a shell reports that as 127, as the shell does.",
		try: "When execve throws, end the child with _exit(127); the parent passes that on like any other exit code.",
		see: ["execve(2), ERRORS"],
	},
];

/** For the fourth command, whose file exists and may not be executed. */
export const forbiddenPrograms: Explanation[] = [
	...childrenThatGoOn(FORBIDDEN),
	{
		diagnosis: "forbidden-program-code",
		why: "The file is there, and nobody may execute it: execve says EACCES. That is a refusal like that of a program that is not there.",
		try: "Whatever execve throws, end the child with _exit(127); 126, as shells say here, is right as well.",
		see: ["execve(2), ERRORS"],
	},
];

// Explanations of a child that still runs the engine's code after execve was refused.
function childrenThatGoOn(container: string): Explanation[] {
	return [
		{
			when: (context) => {
				const ending = context.observation.calls[container]?.ending;
				const left = ending?.how === "child-returned" || (ending?.how === "threw" && ending.inChild);
				return left && refusals(context, container, "execve").length > 0;
			},
			diagnosis: "second-engine",
			why: (context) =>
				`execve was refused with ${refusals(context, container, "execve")[0]}, so there was no new program, and the child was still your engine. It went on and left runCommand: now there were two engines, and each believed that it was the only one.`,
			try: "Catch what execve throws, whatever the error is, and end the child: _exit(127). Nothing of the child may come back.",
			see: ["execve(2), RETURN VALUE", "_exit(2)"],
		},
		{
			when: (context) => returned(context, container) === 128 + constants.signals.SIGSEGV,
			diagnosis: "child-crashed-at-exit",
			why: "The engine reported 139, which is 128 + SIGSEGV. There was no command that could have crashed: it was the child, still a copy of your engine. Possible cause: process.exit. It does not end the process at once, as _exit does: it takes Node apart first, with threads that fork has not copied.",
			try: "End a forked child by _exit(127).",
			see: ["_exit(2)", "fork(2)"],
		},
	];
}

/** For the sixth command, which never starts because `enter` throws. */
export const swallowedExceptions: Explanation[] = [
	{
		when: (context) => refusals(context, REFUSED, "sethostname").length > 0,
		diagnosis: "enter-swallowed",
		why: (context) =>
			`sethostname refused it with ${refusals(context, REFUSED, "sethostname")[0]}, and no exception came out of the engine: something of yours has caught it. All that you build in the next lessons runs in enter. What the kernel refuses there would look like a command that ended by itself.`,
		try: "Put the try around execve alone, and enter before it.",
		see: ["sethostname(2), ERRORS"],
	},
	{
		diagnosis: "enter-swallowed",
		why: "No exception came out of the engine, and the ledger has no sethostname that was refused. Possible causes: enter was not called, or its process ended before.",
		try: "Call enter in the child, outside of any try.",
		see: ["sethostname(2), ERRORS"],
	},
];

const hasPiece = ({ process }: Context, piece: string) => process?.arguments.includes(piece) === true;

/** Explanations of arguments that have changed. The first argument is `say  "NAME"  $HOME`. */
export const tornArguments: Explanation[] = [
	{
		// The quotes are gone, and a directory has replaced $HOME.
		when: (context) => hasPiece(context, "say") && !hasPiece(context, "$HOME"),
		diagnosis: "arguments-torn",
		why: "A shell has read the command line: it took the quotes away, split at the spaces, and put a value in the place of $HOME. Arguments are a list, and execve passes on a list as it is; joined with spaces it cannot be put together again.",
		try: "Give execve the list itself, and no shell between: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		when: (context) => hasPiece(context, "say"),
		diagnosis: "arguments-torn",
		why: "One argument has become several: it was split at its spaces. Arguments are a list, and execve passes on a list as it is; joined with spaces it cannot be put together again.",
		try: "Give execve the list as it came: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		when: ({ process, drawn }) => {
			const [, , first] = process?.arguments ?? [];
			return first !== drawn["argument"] && process?.arguments.includes("") === true;
		},
		diagnosis: "arguments-shifted",
		why: "The first argument is missing, and those behind it are there. argv[0] is the program's name, and the arguments start at argv[1]. The kernel puts no name there: it takes the first of the list, whatever it is.",
		try: "Pass the whole list: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		diagnosis: "arguments-changed",
		why: "The command was started with other arguments than runCommand was given. Each one is a string like any other, also one with quotes, spaces or nothing in it.",
		try: "Pass the list as it came: execve(command[0], command).",
		see: ["execve(2)"],
	},
];
