import { constants } from "node:os";
import {
	BOX,
	type Context,
	EARLY_END,
	type Explanation,
	endingChangedByFork,
	exitCodeOf,
	howItEnded,
	refused,
	taskIdentity,
} from "../../harness/judge/index.ts";
import { CRASHED, crashCodeOf, DONE, FORBIDDEN, MISSING, REFUSED, signalOf } from "./scenario.ts";

/** Explanations of what `runCommand` got wrong, by command: one that exits, one that a signal kills, and so on. */

/** What runCommand returned for this container; undefined if it did not return. */
const returned = ({ observation }: Context, container: string): unknown => {
	const ending = observation.calls[container]?.ending;
	return ending?.how === "returned" ? ending.value : undefined;
};

/** Whether the command ran in the engine's own process. */
const engineReplaced = ({ process }: Context) => process !== null && process.pid === process.enginePid;

const waitpidCalls = ({ ledger }: Context) => ledger.filter(({ call }) => call === "waitpid");

/**
 * Whether the engine returned without having waited: the command, or the process between it and the engine, was still
 * there, and no waitpid of the engine returned its pid.
 */
function notWaited(context: Context): boolean {
	const { ending, observation, process } = context;
	if (ending.how !== "returned" || process === null) return false;
	const { pid, tasks, enginePid } = process;
	const command = tasks.find((task) => task.pid === pid);
	const own = tasks.filter((task) => task.pid !== enginePid && (task === command || task.pid === command?.ppid));
	const left = new Set(observation.after.tasks.map(taskIdentity));
	const waitedFor = waitpidCalls(context).flatMap(({ task, result = 0 }) => (task === "1" ? [result] : []));
	return own.some((task) => left.has(taskIdentity(task))) && !own.some((task) => waitedFor.includes(task.pid));
}

/** The error codes of the calls named `name` that the kernel refused in this container, from the container's ledger. */
const errorsOf = ({ observation }: Context, container: string, name: string): string[] =>
	(observation.calls[container]?.ledger ?? []).flatMap(({ call, error }) =>
		call === name && error !== undefined ? [error] : [],
	);

/** The engine has its own UTS namespace, and the engine's own process made the calls of `enter`. */
export const enterInEngine: Explanation = {
	when: ({ facts, ledger }) =>
		String(facts["engine.place"]).includes("another uts namespace") &&
		ledger.some(({ task, call }) => task === "1" && call === "sethostname"),
	diagnosis: "enter-in-engine",
	why: "enter was called in the engine's own process, so it changed the engine: the engine's /proc/PID/ns/uts is no longer the host's. enter must change the container only. An engine that is itself inside a container cannot clean up on the host, and cannot start a second container there.",
	try: "Call enter in the child, between fork and execve.",
	see: ["fork(2)", "namespaces(7)"],
};

/** For an engine that did not learn how the command ended. This changes the endings of several commands. */
const notLearned: Explanation[] = [
	{
		when: (context) =>
			notWaited(context) &&
			waitpidCalls(context).some(({ args, result }) => args["options"] === "WNOHANG" && result === 0),
		diagnosis: "looked-once",
		why: "With WNOHANG, waitpid does not wait. It returned pid 0, which means that no child has ended yet. The status that comes with pid 0 means nothing.",
		try: "Leave out WNOHANG: then waitpid returns only when the command has ended.",
		see: ["waitpid(2)"],
	},
	{
		when: notWaited,
		diagnosis: "not-waited",
		why: "runCommand returned before waitpid had reported the command's end. So runCommand could not know how the command would end. Besides, a child that has ended stays in the process table as a zombie until its parent waits for it.",
		try: "Call waitpid(pid) in the parent. waitpid returns when the child has ended, and removes the child from the process table.",
		see: ["waitpid(2), NOTES"],
	},
	{
		when: ({ ending, facts }) =>
			ending.how === "returned" && [facts["command.streams"] ?? []].flat().includes("stdin: another"),
		diagnosis: "streams-replaced",
		why: "The command reads from its standard input how it has to end. The command's descriptor 0 is not the engine's, so the command did not read that, and ended in another way.",
		try: 'Leave the descriptors alone: fork copies them, and execve keeps 0, 1 and 2 open. Functions of node:child_process make pipes, unless you pass stdio: "inherit".',
		see: ["fork(2)", "execve(2), Effect on process attributes"],
	},
	...endingChangedByFork,
];

/** The same for a later command, if the ending of the first command shows the mistake. */
const notLearnedEither: Explanation[] = notLearned.map((explanation) => ({
	...explanation,
	when: (context) =>
		returned(context, BOX) !== exitCodeOf(context.drawn) &&
		(explanation.when === undefined || explanation.when(context)),
}));

/** For a command that the check has not come to. */
const notReached = (container: string, diagnosis: string, ...earlier: string[]): Explanation => ({
	when: ({ observation: { calls } }) => calls[container]?.ending.how === "hung" && calls[container].ledger.length === 0,
	diagnosis,
	followsFrom: [EARLY_END, ...earlier],
	why: "The list of your system calls for this command is empty: when the check gave up, it had not come to this command, because an earlier one had not come to its end.",
	try: "Mend the other findings first.",
	see: [],
});

/** For the first command, which exits with a code. */
export const exitCodeExplanations: Explanation[] = [
	{
		when: (context) => engineReplaced(context) && refused("waitpid", "ECHILD")(context),
		diagnosis: "branches-swapped",
		why: "The child called waitpid, which failed with ECHILD: the child has no children. Meanwhile its parent, the engine, became the command. fork returns twice: the child's pid in the parent, and 0 in the child.",
		try: "if (pid === 0) { … execve } is the child's branch. The code after this branch is the parent's.",
		see: ["fork(2), RETURN VALUE", "waitpid(2), ERRORS"],
	},
	{
		when: engineReplaced,
		diagnosis: "engine-replaced",
		why: "The command ran in the engine's own process, under the engine's pid. execve does not start a process: it replaces the program in the calling process, and the old program is gone. No engine was left to report how the command ended.",
		try: "Call fork first. Then call execve only in the child, where fork returned 0.",
		see: ["execve(2)", "fork(2)"],
	},
	...notLearned,
	{
		when: (context) => returned(context, BOX) === exitCodeOf(context.drawn) * 256,
		diagnosis: "raw-status",
		why: ({ drawn }) =>
			`${exitCodeOf(drawn) * 256} is ${exitCodeOf(drawn)} times 256: that is the whole wait status. The exit code is in its upper byte, and the signal's number in its lower byte.`,
		try: "Take the status apart with WIFSIGNALED, WTERMSIG and WEXITSTATUS.",
		see: ["waitpid(2)"],
	},
	{
		when: ({ ending, facts }) => ending.how === "returned" && facts["command.ran"] === true,
		diagnosis: "exit-code-wrong",
		why: ({ drawn }) =>
			`The check told the command to exit with ${exitCodeOf(drawn)}, and runCommand returned something else. Scripts that call your engine depend on this number, so runCommand must return it unchanged.`,
		try: "Return WEXITSTATUS(status), with the status of the command.",
		see: ["waitpid(2)", "_exit(2)"],
	},
];

/** For the second command, which a signal ends. */
export const signalExplanations: Explanation[] = [
	...notLearnedEither,
	notReached(CRASHED, "signal-death-wrong"),
	{
		when: (context) => returned(context, CRASHED) === 0,
		diagnosis: "signal-death-hidden",
		why: ({ drawn }) =>
			`${signalOf(drawn)} killed the command, but runCommand returned 0, which means success. A process that a signal kills has no exit code: all bits that WEXITSTATUS reads are 0.`,
		try: "Check WIFSIGNALED(status) first. If it is true, return 128 + WTERMSIG(status).",
		see: ["waitpid(2)", "signal(7)"],
	},
	{
		when: (context) => returned(context, CRASHED) === crashCodeOf(context.drawn) + 0x80,
		diagnosis: "core-dump-bit",
		why: ({ drawn }) =>
			`${signalOf(drawn)} is signal ${crashCodeOf(drawn) - 128}. When this signal kills a process, the kernel also writes a core dump. Then one more bit of the wait status is set, 0x80, next to the signal's number. Your result contains this bit.`,
		try: "Read the signal's number with WTERMSIG(status), which returns only the lowest 7 bits. Then add 128.",
		see: ["waitpid(2)", "core(5)"],
	},
	{
		diagnosis: "signal-death-wrong",
		why: ({ drawn }) =>
			`${signalOf(drawn)}, signal ${crashCodeOf(drawn) - 128}, killed the command, so there is no exit code. Instead, shells and container engines report 128 + the signal's number: here, ${crashCodeOf(drawn)}.`,
		try: "If WIFSIGNALED(status) is true, return 128 + WTERMSIG(status).",
		see: ["waitpid(2)", "signal(7)"],
	},
];

/** For the third command, whose program does not exist. */
export const missingProgramExplanations: Explanation[] = [
	...notLearnedEither,
	notReached(MISSING, "missing-program-code", "ending.crashed"),
	...afterFailedExecve(MISSING),
	{
		diagnosis: "missing-program-code",
		why: "The program does not exist, so execve fails with ENOENT. Shells report this as exit code 127, and scripts expect the same of a program such as your engine.",
		try: "When execve throws, end the child with _exit(127). The parent returns 127 like any other exit code.",
		see: ["execve(2), ERRORS"],
	},
];

/** For the fourth command, whose file exists and may not be executed. */
export const forbiddenProgramExplanations: Explanation[] = [
	...notLearnedEither,
	notReached(FORBIDDEN, "forbidden-program-code", "ending.crashed", "ending.missing"),
	...afterFailedExecve(FORBIDDEN),
	{
		diagnosis: "forbidden-program-code",
		why: "The file exists, but it is not executable, so execve fails with EACCES. The child must end as it does for a program that does not exist.",
		try: "Whatever error execve throws, end the child with _exit(127). Shells report 126 for such a file; 126 is right as well.",
		see: ["execve(2), ERRORS"],
	},
];

// Explanations of a child that still runs the engine's code after execve was refused.
function afterFailedExecve(container: string): Explanation[] {
	return [
		{
			when: (context) => {
				const ending = context.observation.calls[container]?.ending;
				const childLeft = ending?.how === "child-returned" || (ending?.how === "threw" && ending.inChild);
				return childLeft && errorsOf(context, container, "execve").length > 0;
			},
			diagnosis: "second-engine",
			why: (context) =>
				`execve failed with ${errorsOf(context, container, "execve")[0]}, so the child was still a copy of your engine. The child went on, and left runCommand. Then two processes ran the engine's code.`,
			try: "Catch every exception that execve throws, and end the child with _exit(127). Only an exception of enter may leave runCommand in the child.",
			see: ["execve(2), RETURN VALUE", "_exit(2)"],
		},
		{
			when: (context) => returned(context, container) === 128 + constants.signals.SIGSEGV,
			diagnosis: "child-crashed-at-exit",
			why: "The engine reported 139, which is 128 + SIGSEGV. The command never started. The child crashed while it was still a copy of your engine. Possible cause: process.exit. process.exit first shuts Node down, and this needs threads that fork does not copy. _exit ends the process at once.",
			try: "End a forked child with _exit(127).",
			see: ["_exit(2)", "fork(2)"],
		},
	];
}

/** For the fifth command, which exits with 0. */
export const successExplanations: Explanation[] = [
	...notLearnedEither,
	notReached(DONE, "success-not-0", "ending.crashed", "ending.missing", "ending.forbidden"),
	{
		when: (context) => returned(context, DONE) === 128 && returned(context, BOX) === exitCodeOf(context.drawn),
		diagnosis: "success-not-0",
		why: "The command's exit code was 0, but runCommand returned 128. That is 128 + 0: your code took the exit code 0 for no exit code, and looked for a signal. But no signal had ended the command. In TypeScript, 0 is falsy.",
		try: "Use WIFSIGNALED(status) to find out whether there is an exit code. Do not test whether the code is truthy.",
		see: ["waitpid(2)"],
	},
	{
		when: (context) => typeof returned(context, DONE) === "number",
		diagnosis: "success-not-0",
		why: (context) =>
			`The check told the command to exit with 0, but runCommand returned ${returned(context, DONE)}. Possible cause: in TypeScript, 0 is falsy, so code || ${returned(context, DONE)}, for example, is ${returned(context, DONE)}.`,
		try: "Return WEXITSTATUS(status) unchanged, also if it is 0.",
		see: ["waitpid(2)", "_exit(2)"],
	},
	{
		diagnosis: "success-not-0",
		why: ({ observation: { calls } }) =>
			`The check told the command to exit with 0, but runCommand did not return the number 0: it ${howItEnded(calls[DONE]?.ending)}${calls[DONE]?.ending.how === "returned" ? ` ${JSON.stringify(calls[DONE].ending.value)}` : ""}.`,
		try: "Find the path through your code that a command with the exit code 0 takes. It must return 0.",
		see: ["waitpid(2)", "_exit(2)"],
	},
];

/** For the sixth command, which never starts because `enter` throws. */
export const enterThrowsExplanations: Explanation[] = [
	{
		when: (context) => errorsOf(context, REFUSED, "sethostname").length > 0,
		diagnosis: "enter-swallowed",
		why: (context) =>
			`sethostname, which enter calls, failed with ${errorsOf(context, REFUSED, "sethostname")[0]} and threw an exception. But the engine threw none: your code caught it, or a finally block ended the child before it left runCommand. Everything that you write in the next lessons runs in enter. If such an exception does not leave runCommand, a failed system call looks like the end of a command.`,
		try: "Put only execve into the try block, and call enter before that block.",
		see: ["sethostname(2), ERRORS"],
	},
	{
		diagnosis: "enter-swallowed",
		why: "enter should have thrown an exception: in this container, the hostname is too long. But the engine threw no exception, and no call of sethostname failed. Possible causes: enter was not called, or the child ended first.",
		try: "Call enter in the child, outside of any try block.",
		see: ["sethostname(2), ERRORS"],
	},
];

const hasArgument = ({ process }: Context, argument: string) => process?.arguments.includes(argument) === true;

/** Explanations of arguments that have changed. The first argument is `say  "NAME"  $HOME`. */
export const argumentExplanations: Explanation[] = [
	{
		// The quotes are gone, and a directory has replaced $HOME.
		when: (context) => hasArgument(context, "say") && !hasArgument(context, "$HOME"),
		diagnosis: "arguments-torn",
		why: "A shell has read the arguments: it removed the quotes, split at the spaces, and replaced $HOME by its value. Arguments are a list, and execve passes this list on unchanged. If you join the arguments with spaces, nobody can tell any more where each one begins.",
		try: "Pass the list to execve directly, without a shell: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		when: (context) => hasArgument(context, "say"),
		diagnosis: "arguments-torn",
		why: "One argument has become several: it was split at its spaces. Arguments are a list, and execve passes this list on unchanged. If you join the arguments with spaces, nobody can tell any more where each one begins.",
		try: "Pass the list on unchanged: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		when: ({ process, drawn }) => {
			// The interpreter comes first, and the check's own argument last.
			const [, program, first] = process?.arguments ?? [];
			return program === drawn["program"] && first === "";
		},
		diagnosis: "arguments-shifted",
		why: "The first argument is missing, but the others are there. By convention, argv[0] is the program's name, and the arguments start at argv[1]. The kernel does not add the name: argv[0] is the first string of your list, whatever it is.",
		try: "Pass the whole list: execve(command[0], command).",
		see: ["execve(2)"],
	},
	{
		diagnosis: "arguments-changed",
		why: "The command's arguments are not those that runCommand got. Any string can be an argument, also an empty one, or one with quotes and spaces.",
		try: "Pass the list on unchanged: execve(command[0], command).",
		see: ["execve(2)"],
	},
];
