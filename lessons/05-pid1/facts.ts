import {
	BOX,
	type Context,
	commandAt,
	type Drawn,
	DURING,
	type FactValue,
	type LedgerCall,
	type Observation,
	type ProcessState,
} from "../../harness/grade/index.ts";
import { AFTERWARDS, CAME, CHILDLESS, codeOf, HUNG_UP, OTHERS, POLITE, SENT } from "./scenario.ts";

type Task = ProcessState["tasks"][number];

/** What the facts about the orphans say of a container that they cannot be told of. */
export const ENDED_BEFORE = "unknown: the container had ended before";

/** Whether a signal was sent to the container's init, and the container ran on. */
export const ignored = ({ signals }: Observation, container = BOX) => signals[container] === "ignored";

/** Whether the container was ended by a call that was refused for this reason. */
export function endedWith({ containers }: Observation, container: string, code: string): boolean {
	const ending = containers[container]?.ending;
	return ending?.how === "threw" && ending.thrown.syscall?.code === code;
}

/** Whether some process waits for signals that neither it nor one above it has blocked in time. */
export function takesUnblocked({ ledger }: Pick<Context, "ledger">): boolean {
	const blocks = (task: string, before: number): boolean => {
		const earlier = ledger.slice(0, before);
		if (earlier.some((entry) => entry.task === task && entry.call === "sigprocmask")) return true;
		const born = birthOf(ledger, task);
		return born >= 0 && blocks(parentOf(task), born);
	};
	return ledger.some(({ task, call }, index) => call === "sigwaitinfo" && !blocks(task, index));
}

/** Whether a process that takes signals has gone to wait for any child's end instead, and has not come back. */
export function waitsForAnyChild({ ledger }: Pick<Context, "ledger">): boolean {
	const taking = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return ledger.some(
		({ task, call, args, result, error }) =>
			taking.has(task) && call === "waitpid" && args["options"] === "0" && result === undefined && error === undefined,
	);
}

/** Whether the process that has forked the command has also reaped it. */
export function commandReaped({ ledger }: Pick<Context, "ledger">): boolean {
	const command = ledger.find(({ call }) => call === "execve")?.task ?? "";
	const pid = ledger[birthOf(ledger, command)]?.result;
	return ledger.some(({ task, call, result }) => task === parentOf(command) && call === "waitpid" && result === pid);
}

/** Whether a process takes signals, and the end of a child is none of them. */
export function takesNoChild({ ledger }: Pick<Context, "ledger">): boolean {
	return ledger.some(({ call, args }) => call === "sigwaitinfo" && !args["set"]?.includes("SIGCHLD"));
}

/** Whether the process that became the command has forked, and so has left the work of the child to its child. */
export function commandForked({ ledger }: Pick<Context, "ledger">): boolean {
	const command = ledger.find(({ call }) => call === "execve")?.task;
	return ledger.some(({ task, call }) => task === command && call === "fork");
}

/** Whether the command's parent was forked by the module as well, and only then asked for the namespace. */
export function unsharedBetween({ ledger }: Pick<Context, "ledger">): boolean {
	const parent = parentOf(ledger.find(({ call }) => call === "execve")?.task ?? "");
	const own = ledger.filter(({ task }) => task === parent).map(({ call, args }) => `${call} ${Object.values(args)}`);
	return parent.split(".").length > 2 && own.some((call) => /^unshare .*CLONE_NEWPID/.test(call));
}

// "1.2" is the second child that "1" has forked.
const parentOf = (task: string) => task.slice(0, Math.max(0, task.lastIndexOf(".")));

// Where in the ledger the process was forked; -1 of the first one.
function birthOf(ledger: readonly LedgerCall[], task: string): number {
	const forks = [...ledger.entries()].filter(([, { task: by, call }]) => by === parentOf(task) && call === "fork");
	return forks[Number(task.slice(task.lastIndexOf(".") + 1)) - 1]?.[0] ?? -1;
}

/** The facts of this lesson alone. */
export function deriveFacts(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const { [DURING]: during, [AFTERWARDS]: afterwards } = observation.moments;
	const process = commandAt(observation, DURING);
	const zombies = afterwards?.host.tasks.filter(({ state }) => state === "Z").length ?? 0;
	const facts: Record<string, FactValue> = {
		"orphans.zombies": commandAt(observation, AFTERWARDS) === null ? ENDED_BEFORE : zombies,
		polite: howItEnded(observation, POLITE, drawn["polite"] ?? ""),
		"signals.lost": lost(observation),
		"signals.strayed": strayed(observation, drawn["polite"] ?? ""),
		"hung-up": howItEnded(observation, HUNG_UP, drawn["hungUp"] ?? ""),
	};
	if (during === undefined || process === null) return facts;
	return {
		...facts,
		init: process.nsPids.at(-1) === 1 ? "the command itself" : "another process",
		"command.proc": whatProcShows(during.host.tasks, process),
	};
}

// The command's own namespace is the innermost of those that number it, and nobody else is in one as deep.
function whatProcShows(tasks: readonly Task[], { nsPids, procPids }: ProcessState): string {
	if (procPids === null) return "none: nothing is mounted there";
	const depth = nsPids.length - 1;
	const inside = tasks.flatMap((task) => task.nsPids[depth] ?? []);
	const same = JSON.stringify(procPids.toSorted()) === JSON.stringify(inside.toSorted());
	return same ? "the container's" : "others than the container's";
}

// What was sent to init and did not come to the command.
function lost(observation: Observation): string[] {
	const came = whatCame(observation);
	return SENT.filter((signal) => !came.includes(signal));
}

// What came to somebody whom it was not for.
function strayed(observation: Observation, drawn: string): string[] {
	const ending = observation.containers[POLITE]?.ending;
	const child = ending?.how === "returned" && ending.value === codeOf(drawn) + CHILDLESS;
	const others = whatCame(observation).includes(OTHERS);
	return [...(child ? ["SIGCHLD, to the command"] : []), ...(others ? ["the command's, to others as well"] : [])];
}

function whatCame(observation: Observation): string[] {
	return (commandAt(observation, CAME, HUNG_UP)?.files[CAME]?.text ?? "").trim().split(" ");
}

// An exit code that was drawn differs from run to run; that it was passed on does not.
function howItEnded(observation: Observation, container: string, drawn: string): string {
	const ending = observation.containers[container]?.ending;
	if (ignored(observation, container)) return "not at all, and was killed";
	if (ending?.how === "threw") return `with the exception ${ending.thrown.message}`;
	if (ending?.how !== "returned") return ending?.how ?? "not started";
	return ending.value === codeOf(drawn) || (container === POLITE && ending.value === codeOf(drawn) + CHILDLESS)
		? "with its own exit code"
		: `with the exit code ${JSON.stringify(ending.value)}`;
}
