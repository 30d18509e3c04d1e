import { BOX, commandAt, DURING, defineCheck, exitCodeOf, type Observation } from "../../harness/grade/index.ts";
import { endings, missingPrograms, signalDeaths } from "./refusals.ts";
import { CRASHED, crashCodeOf, DONE, draw, MISSING, REFUSED, scenario } from "./scenario.ts";

/** How a container ended; the number that is expected is called by its name, as it is another one in every run. */
function endingOf({ containers }: Observation, container: string, expected: number, name: string): string {
	const ending = containers[container]?.ending;
	// Whatever it throws, it is never the text of an answer.
	if (ending?.how === "threw") return `threw ${ending.thrown.message}`;
	if (ending?.how !== "returned") return ending?.how ?? "never started";
	return ending.value === expected ? `returned ${name}` : `returned ${JSON.stringify(ending.value)}`;
}

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
			"ending.done": endingOf(observation, DONE, 0, "0"),
			"ending.refused": observation.containers[REFUSED]?.ending.how === "threw" ? "the exception" : "none",
		};
		if (command === null) return endings;
		const { descriptors, engineDescriptors, engineNamespaces } = command;
		return {
			...endings,
			"engine.uts": engineNamespaces["uts"] === observation.before.namespaces["uts"] ? "the host's" : "new",
			"command.streams": ["stdin", "stdout", "stderr"].map(
				(name, fd) => `${name}: ${descriptors[fd] === engineDescriptors[fd] ? "the engine's" : "another"}`,
			),
			// The first is the script's interpreter, which the kernel puts there; the last is the check's own.
			"command.arguments": command.arguments.slice(1, -1).map((argument) => `'${argument}'`),
			// More than the engine has may be there.
			"command.environment": command.environment.filter((line) => /^(HOME|PATH|TERM)=/.test(line)).toSorted(),
		};
	},
	facts: [
		{
			fact: "left.processes",
			madeOf: "kernel",
			what: "processes left behind",
			// Where enter throws in the engine, nobody waits for the child any more: the cause is enter.
			accept: (_, { facts }) => facts["engine.uts"] === "new",
			explain: [
				{
					when: ({ facts }) => String(facts["left.processes"]).includes("(Z)"),
					diagnosis: "zombie-left",
					why: "Z is the state of a zombie: a process that has ended, and whose parent has not asked how. The kernel keeps its pid and its status until the parent does. An engine that runs for a month would fill the process table.",
					try: "Every fork needs its waitpid.",
					see: ["waitpid(2), NOTES", "proc_pid_stat(5)"],
				},
				{
					diagnosis: "processes-left",
					why: "A process that runCommand has made is still running after the command has ended. Nobody will end it.",
					try: "One fork is enough; of any other, see to its end, too.",
					see: ["fork(2)", "kill(2)"],
				},
			],
		},
		{
			fact: "engine.uts",
			madeOf: "kernel",
			what: "the engine's own UTS namespace, while the command runs",
			explain: [
				{
					diagnosis: "enter-in-engine",
					why: "enter has changed the engine itself: its /proc/PID/ns/uts is no longer the host's. What enter does is meant for the container; an engine that has walked into it cannot clean up outside, nor start a second one.",
					try: "Call enter in the child, between fork and execve.",
					see: ["fork(2)", "namespaces(7)"],
				},
			],
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
			explain: [
				{
					when: ({ process, drawn }) =>
						process?.arguments.includes(drawn["argument"] ?? "") === false && process.arguments.includes("say"),
					diagnosis: "arguments-torn",
					why: "A shell has read the command line: it took the quotes away, split at the spaces, and put a value in the place of $HOME. Arguments are a list, and execve passes on a list as it is; joined with spaces it cannot be put together again.",
					try: "Give execve the list itself, and no shell between: execve(command[0], command).",
					see: ["execve(2)"],
				},
				{
					diagnosis: "arguments-shifted",
					why: "argv[0] is the program's name, and the arguments start at argv[1]. The kernel puts none there: it takes the first of the list, whatever it is.",
					try: "Pass the whole list: execve(command[0], command).",
					see: ["execve(2)"],
				},
			],
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
			fact: "ending.done",
			madeOf: "exercise",
			what: "what is returned for a command that ends with 0",
			explain: [
				{
					diagnosis: "success-not-0",
					why: "0 is an exit code like any other, and says that all went well. In TypeScript it is also falsy: what comes after || takes its place.",
					try: "Ask WIFSIGNALED(status) whether there is an exit code at all, not whether the code is something.",
					see: ["waitpid(2)", "_exit(2)"],
				},
			],
		},
		{
			fact: "ending.refused",
			madeOf: "exercise",
			what: "what comes out of the engine where enter throws: it asks for a hostname that is too long",
			// Who does not hear how a command ends hears nothing of an exception either.
			accept: (_, { facts }) => facts["ending.done"] !== "returned 0",
			explain: [
				{
					diagnosis: "enter-swallowed",
					why: "sethostname refused it with EINVAL, enter threw, and nobody heard of it: something of yours has caught the exception. All that you build in the next lessons runs in enter. What the kernel refuses there would look like a command that ended by itself.",
					try: "Put the try around execve alone, and enter before it.",
					see: ["sethostname(2), ERRORS"],
				},
			],
		},
	],
	exceptions: endings,
});
