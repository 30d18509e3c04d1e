import {
	BOX,
	commandAt,
	DURING,
	defineCheck,
	EARLY_END,
	enginePlace,
	exitCodeOf,
	FAILED_START,
	howItEnded,
	type Observation,
	processesLeft,
} from "../../harness/judge/index.ts";
import {
	argumentExplanations,
	enterInEngine,
	enterThrowsExplanations,
	exitCodeExplanations,
	forbiddenProgramExplanations,
	missingProgramExplanations,
	signalExplanations,
	successExplanations,
} from "./explanations.ts";
import { CRASHED, crashCodeOf, DONE, draw, FORBIDDEN, MISSING, REFUSED, scenario, WAITING } from "./scenario.ts";

/**
 * How a container ended, in words. If runCommand returned the expected number, `name` stands for this number, which may
 * differ in every run.
 */
function endingOf({ calls }: Observation, container: string, expected: number, name: string): string {
	const ending = calls[container]?.ending;
	// The text begins with "threw", so that no exception's message makes it equal to an expected text.
	if (ending?.how === "threw") return `threw ${ending.thrown.message}`;
	if (ending?.how !== "returned") return howItEnded(ending);
	return ending.value === expected ? `returned ${name}` : `returned ${JSON.stringify(ending.value)}`;
}

/**
 * Which process called `enter`, according to the ledger. An exercise that starts the command without #kernel's execve
 * has no execve in its ledger. Then the answer is the process that became the command, because nothing shows the
 * opposite.
 */
function enterCaller({ calls }: Observation): string {
	const ledger = calls[BOX]?.ledger ?? [];
	const callersOf = (name: string) =>
		ledger.filter(({ call, error }) => call === name && error === undefined).map(({ task }) => task);
	const [commands, callers] = [callersOf("execve"), callersOf("sethostname")];
	const isAnother = commands.length > 0 && callers.some((task) => !commands.includes(task));
	return isAnother ? "another process" : "the process that became the command";
}

// Shells return 126 for a program that exists and cannot be executed. The lesson's text allows both numbers.
const treat126As127 = (ending: string) => (ending === "returned 126" ? "returned 127" : ending);

export default defineCheck({
	module: "process.ts",
	exported: "runCommand",
	weight: 10,
	groups: [
		{ title: "the exit code of a command", points: 2, facts: ["ending", "ending.done"] },
		{
			title: "an engine that sleeps meanwhile",
			points: 1,
			facts: ["engine.waits"],
			onlyWith: ["the exit code of a command"],
		},
		{ title: "the exit code of a command that a signal has ended", points: 2, facts: ["ending.crashed"] },
		{ title: "a command that cannot be started", points: 2, facts: ["ending.missing", "ending.forbidden"] },
		{
			title: "the command as it was given",
			points: 1,
			facts: ["command.streams", "command.arguments", "command.environment"],
			onlyWith: ["the exit code of a command"],
		},
		{
			title: "an exception before the command starts",
			points: 1,
			facts: ["ending.refused"],
			onlyWith: ["the exit code of a command"],
		},
	],
	lessonSummary:
		"fork makes a second process, execve replaces the program in it, and waitpid reports how it ended and removes it from the process table. What the child does between fork and execve changes the command, but not the engine. That is where containers are built.",
	draw,
	scenario,
	derive: (observation, drawn) => {
		const command = commandAt(observation, DURING);
		const waiting = observation.measured[WAITING];
		const endings = {
			ending: endingOf(observation, BOX, exitCodeOf(drawn), "the command's exit code"),
			"ending.crashed": endingOf(observation, CRASHED, crashCodeOf(drawn), "128 + the signal's number"),
			"ending.missing": endingOf(observation, MISSING, 127, "127"),
			"ending.forbidden": treat126As127(endingOf(observation, FORBIDDEN, 127, "127")),
			"ending.done": endingOf(observation, DONE, 0, "0"),
			"enter.caller": enterCaller(observation),
			"ending.refused": observation.calls[REFUSED]?.ending.how === "threw" ? "enter's exception" : "no exception",
		};
		if (command === null) return endings;
		const { descriptors, engineDescriptors } = command;
		return {
			...endings,
			...(typeof waiting === "string" ? { "engine.waits": waiting } : {}),
			"command.streams": ["stdin", "stdout", "stderr"].map(
				(name, fd) => `${name}: ${descriptors[fd] === engineDescriptors[fd] ? "the engine's" : "another"}`,
			),
			// The kernel puts the script's interpreter first, and the check adds the last argument.
			"command.arguments": command.arguments.slice(1, -1).map((argument) => `'${argument}'`),
			// The command may have more variables than the engine.
			"command.environment": command.environment.filter((line) => /^(HOME|PATH|TERM)=/.test(line)).toSorted(),
		};
	},
	facts: [
		enginePlace("runCommand", enterInEngine),
		{
			...processesLeft("runCommand"),
			followsFrom: [EARLY_END, "ending/not-waited", "ending/looked-once"],
			// If enter throws in the engine, the engine does not wait for the child any more. Then engine.place reports
			// the cause.
			accept: (_, { facts }) => String(facts["engine.place"]) !== "",
		},
		{
			fact: "engine.waits",
			madeOf: "kernel",
			what: "the engine while the command waits for input",
			followsFrom: [EARLY_END],
			explain: [
				{
					diagnosis: "spins",
					why: "While the command waited for a line of input, your engine was never asleep: whenever the check looked at /proc/PID/stat, at least one of its processes was not, until they had used a second of processor time. A loop that asks again and again whether the command has ended keeps a whole processor busy, for as long as the container runs.",
					try: "Wait with waitpid, and without WNOHANG: then it lets your process sleep, and the kernel wakes it when the command has ended.",
					see: ["waitpid(2)", "proc_pid_stat(5)"],
				},
			],
		},
		{
			fact: "ns.uts",
			madeOf: "kernel",
			what: "the command's UTS namespace",
			followsFrom: ["engine.place"],
			explain: [
				{
					diagnosis: "enter-not-called",
					why: "enter asks for a new UTS namespace, but the command is in the host's. The command is in the namespaces in which its process was at execve. Code after execve never runs, and a call of enter in another process does not move the command.",
					try: "Call enter in the child, just before execve.",
					see: ["execve(2)", "namespaces(7)"],
				},
			],
		},
		{
			fact: "enter.caller",
			madeOf: "exercise",
			what: "which process called enter",
			followsFrom: [EARLY_END, "engine.place", "ns.uts"],
			explain: [
				{
					diagnosis: "enter-in-the-process-between",
					why: "The list of your system calls shows which process made the call sethostname, which is a part of enter. That process did not become the command. Possible cause: it started the command in a child of its own. Children inherit the namespaces, so today nothing else is different. But later lessons give the process that calls enter more: it leads a session, it owns a terminal, it gets the container's signals. A command in another process would have none of that.",
					try: "Call enter and execve in the same process, one after the other. A process that waits between the engine and the command must not call enter.",
					see: ["execve(2)", "credentials(7)"],
				},
			],
		},
		{
			fact: "command.streams",
			madeOf: "kernel",
			what: "the command's descriptors 0, 1 and 2 in /proc/PID/fd",
			followsFrom: [FAILED_START],
			explain: [
				{
					diagnosis: "streams-replaced",
					why: "At least one of these descriptors refers to another file than the engine's descriptor of the same number. So input may not reach the command, and output may come late or be lost.",
					try: 'Leave the descriptors alone: fork copies them, and execve keeps 0, 1 and 2 open. Functions of node:child_process make pipes, unless you pass stdio: "inherit".',
					see: ["fork(2)", "execve(2), Effect on process attributes"],
				},
			],
		},
		{
			fact: "command.arguments",
			madeOf: "kernel",
			what: "the command's arguments in /proc/PID/cmdline",
			followsFrom: [FAILED_START],
			explain: argumentExplanations,
		},
		{
			fact: "command.environment",
			madeOf: "kernel",
			what: "the command's environment in /proc/PID/environ",
			followsFrom: [FAILED_START],
			explain: [
				{
					diagnosis: "environment-changed",
					why: "The command's environment differs from the engine's. The kernel passes on exactly the environment that execve gets, and adds nothing. Without PATH, for example, a shell may not find its programs.",
					try: "Leave out execve's third argument: its default is process.env. Change nothing in process.env.",
					see: ["execve(2)", "environ(7)"],
				},
			],
		},
		{
			fact: "ending.crashed",
			madeOf: "exercise",
			what: "how runCommand ended when a signal killed the command",
			explain: signalExplanations,
		},
		{
			fact: "ending.missing",
			madeOf: "exercise",
			what: "how runCommand ended when the program did not exist",
			explain: missingProgramExplanations,
		},
		{
			fact: "ending.forbidden",
			madeOf: "exercise",
			what: "how runCommand ended when the file was not executable",
			followsFrom: [EARLY_END, "ending.missing"],
			explain: forbiddenProgramExplanations,
		},
		{
			fact: "ending.done",
			madeOf: "exercise",
			what: "how runCommand ended when the command exited with 0",
			explain: successExplanations,
		},
		{
			fact: "ending.refused",
			madeOf: "exercise",
			what: "what the engine threw when enter threw an exception",
			// An engine that does not learn how a command ends does not learn of an exception either. ending.done
			// reports that.
			accept: (_, { facts }) => facts["ending.done"] !== "returned 0",
			explain: enterThrowsExplanations,
		},
	],
	exceptions: exitCodeExplanations,
});
