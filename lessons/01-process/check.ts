import {
	BOX,
	commandAt,
	DURING,
	defineCheck,
	enginePlace,
	exitCodeOf,
	type Observation,
	processesLeft,
} from "../../harness/judge/index.ts";
import {
	endings,
	enterInEngine,
	forbiddenPrograms,
	missingPrograms,
	signalDeaths,
	swallowedExceptions,
	tornArguments,
} from "./refusals.ts";
import { CRASHED, crashCodeOf, DONE, draw, FORBIDDEN, MISSING, REFUSED, scenario } from "./scenario.ts";

/** How a container ended. The expected number is shown by its name, because the number differs in every run. */
function endingOf({ calls }: Observation, container: string, expected: number, name: string): string {
	const ending = calls[container]?.ending;
	// "threw" comes first, so that no exception's message can equal an expected text.
	if (ending?.how === "threw") return `threw ${ending.thrown.message}`;
	if (ending?.how !== "returned") return ending?.how ?? "never started";
	return ending.value === expected ? `returned ${name}` : `returned ${JSON.stringify(ending.value)}`;
}

// Shells return 126 for a program that exists and cannot be executed. The lesson's text allows both numbers.
const howRefused = (ending: string) => (ending === "returned 126" ? "returned 127" : ending);

export default defineCheck({
	module: "process.ts",
	exported: "runCommand",
	weight: 10,
	learnt:
		"fork makes a second process, execve gives it another program, waitpid tells how it ended and takes it off the table. What is done between the first two happens to the command alone: that gap is where a container is built.",
	draw,
	scenario,
	derive: (observation, drawn) => {
		const command = commandAt(observation, DURING);
		const endings = {
			ending: endingOf(observation, BOX, exitCodeOf(drawn), "the command's exit code"),
			"ending.crashed": endingOf(observation, CRASHED, crashCodeOf(drawn), "128 + the signal's number"),
			"ending.missing": endingOf(observation, MISSING, 127, "127"),
			"ending.forbidden": howRefused(endingOf(observation, FORBIDDEN, 127, "127")),
			"ending.done": endingOf(observation, DONE, 0, "0"),
			"ending.refused": observation.calls[REFUSED]?.ending.how === "threw" ? "the exception" : "none",
		};
		if (command === null) return endings;
		const { descriptors, engineDescriptors } = command;
		return {
			...endings,
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
			// If enter throws in the engine, the engine does not wait for the child any more. Then engine.place reports
			// the cause.
			accept: (_, { facts }) => String(facts["engine.place"]) !== "",
		},
		{
			fact: "ns.uts",
			madeOf: "kernel",
			what: "the command's UTS namespace",
			explain: [
				{
					diagnosis: "enter-not-called",
					why: "enter asks for a new UTS namespace, and the command is in the host's. A process passes on what it has when it becomes the command; what comes after execve never runs, and what another process does changes nothing here.",
					try: "Call enter in the child, just before execve.",
					see: ["execve(2)", "namespaces(7)"],
				},
			],
		},
		{
			fact: "command.streams",
			madeOf: "kernel",
			what: "the command's descriptors 0, 1 and 2 in /proc/PID/fd",
			explain: [
				{
					diagnosis: "streams-replaced",
					why: "They are not the files that the engine itself has at 0, 1 and 2. Something of yours now stands between the command and its terminal or pipe: it holds back what is printed, it feeds the command its input or none, and it notices no end.",
					try: 'Do nothing: fork copies the descriptors, and execve leaves 0, 1 and 2 as they are. Functions of node:child_process make pipes unless they are told stdio: "inherit".',
					see: ["fork(2)", "execve(2), Effect on process attributes"],
				},
			],
		},
		{
			fact: "command.arguments",
			madeOf: "kernel",
			what: "the command's arguments in /proc/PID/cmdline",
			explain: [...tornArguments],
		},
		{
			fact: "command.environment",
			madeOf: "kernel",
			what: "the command's environment in /proc/PID/environ",
			explain: [
				{
					diagnosis: "environment-changed",
					why: "The kernel passes on exactly the environment that execve is given, and nothing by itself. Without PATH, say, the command's own programs are not found.",
					try: "Leave out execve's third argument: then it is process.env.",
					see: ["execve(2)", "environ(7)"],
				},
			],
		},
		{
			fact: "ending.crashed",
			madeOf: "exercise",
			what: "what is returned for the command that a signal ends",
			explain: signalDeaths,
		},
		{
			fact: "ending.missing",
			madeOf: "exercise",
			what: "what is returned for a program that is not there",
			explain: missingPrograms,
		},
		{
			fact: "ending.forbidden",
			madeOf: "exercise",
			what: "what is returned for a file that may not be executed",
			explain: forbiddenPrograms,
		},
		{
			fact: "ending.done",
			madeOf: "exercise",
			what: "what is returned for a command that ends with 0",
			explain: [
				{
					diagnosis: "success-not-0",
					why: "The command ended with exit code 0, and something else was reported. Possible cause: 0 is an exit code like any other, but in TypeScript it is falsy, and what comes after || takes its place.",
					try: "Ask WIFSIGNALED(status) whether there is an exit code at all, not whether the code is something.",
					see: ["waitpid(2)", "_exit(2)"],
				},
			],
		},
		{
			fact: "ending.refused",
			madeOf: "exercise",
			what: "what comes out of the engine where enter throws: it asks for a hostname that is too long",
			// An engine that does not learn how a command ends does not learn of an exception either. ending.done
			// reports that.
			accept: (_, { facts }) => facts["ending.done"] !== "returned 0",
			explain: [...swallowedExceptions],
		},
	],
	exceptions: endings,
});
