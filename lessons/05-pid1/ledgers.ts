import { constants } from "node:os";
import { type Context, isCommandsExecve, type LedgerCall } from "../../harness/judge/index.ts";

/**
 * What the exercise's processes have called, according to the ledger. The exercise itself writes the ledger, so the
 * ledger explains a verdict and never decides one.
 */

type Ledger = Pick<Context, "ledger">;

/**
 * Whether some process called sigwaitinfo, and neither this process nor an ancestor before the fork had blocked
 * signals.
 */
export function takesUnblockedSignals({ ledger }: Ledger): boolean {
	const blocks = (task: string, before: number): boolean => {
		const earlier = ledger.slice(0, before);
		if (earlier.some((entry) => entry.task === task && entry.call === "sigprocmask")) return true;
		const born = forkIndexOf(ledger, task);
		return born >= 0 && blocks(parentOf(task), born);
	};
	return ledger.some(({ task, call }, index) => call === "sigwaitinfo" && !blocks(task, index));
}

/** Whether a process that takes signals has blocked in waitpid without WNOHANG, and the call never returned. */
export function isBlockedInWaitpid({ ledger }: Ledger): boolean {
	const taking = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return ledger.some(
		({ task, call, args, result, error }) =>
			taking.has(task) && call === "waitpid" && args["options"] === "0" && result === undefined && error === undefined,
	);
}

/** Whether a process that takes signals has called waitpid with pid 0: for children in its own process group. */
export function waitsForOwnGroup({ ledger }: Ledger): boolean {
	const taking = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return ledger.some(({ task, call, args }) => taking.has(task) && call === "waitpid" && args["pid"] === "0");
}

/** Whether the process that forked the command has also reaped it. */
export function commandReaped({ ledger }: Ledger): boolean {
	const command = commandOf(ledger);
	const pid = ledger[forkIndexOf(ledger, command)]?.result;
	return ledger.some(({ task, call, result }) => task === parentOf(command) && call === "waitpid" && result === pid);
}

/** Whether the process that forked the command has called _exit. */
export function commandParentExited({ ledger }: Ledger): boolean {
	return ledger.some(({ task, call }) => task === parentOf(commandOf(ledger)) && call === "_exit");
}

/** Whether a process takes signals, and none of its sets contains SIGCHLD. */
export function neverTakesSigchld({ ledger }: Ledger): boolean {
	const takers = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return [...takers].some((task) => !setsOf(ledger, task).some((set) => set.includes("SIGCHLD")));
}

/**
 * Whether the process that became the command has forked: then the wrong one of the two processes became the command.
 */
export function commandForked({ ledger }: Ledger): boolean {
	const command = commandOf(ledger);
	return ledger.some(({ task, call }) => task === command && call === "fork");
}

/** Whether the module forked the command's parent, and this parent called unshare(CLONE_NEWPID) only afterwards. */
export function unsharedBetweenForks({ ledger }: Ledger): boolean {
	const parent = parentOf(commandOf(ledger));
	const own = ledger.filter(({ task }) => task === parent).map(({ call, args }) => `${call} ${Object.values(args)}`);
	return parent !== FORKED_BY_ENGINE && own.some((call) => /^unshare .*CLONE_NEWPID/.test(call));
}

/** Whether two processes became the command. Then no later fact can be trusted. */
export const commandRanTwice = ({ ledger }: Ledger): boolean => startsOfCommand(ledger).length > 1;

/**
 * Whether a process became the command, and so did the process that had forked it: the init of its namespace. The
 * process that the engine has forked is outside of the namespace.
 */
export function initBecameCommand({ ledger }: Ledger): boolean {
	const tasks = startsOfCommand(ledger).map(({ task }) => task);
	return tasks.some((task) => tasks.includes(parentOf(task)) && parentOf(task) !== FORKED_BY_ENGINE);
}

/** Whether the command's parent called _exit right after waitpid had returned another child than the command. */
export function exitedAfterAnotherChild({ ledger }: Ledger): boolean {
	const pid = ledger[forkIndexOf(ledger, commandOf(ledger))]?.result;
	return ledger.some(({ task, call, result }, index) => {
		if (call !== "waitpid" || task !== parentOf(commandOf(ledger)) || !result || result === pid) return false;
		return ledger.slice(index + 1).find((later) => later.task === task)?.call === "_exit";
	});
}

/** The sets of signals that were passed to sigwaitinfo. */
export function setsWaitedFor(ledger: readonly LedgerCall[]): string[] {
	return ledger.filter(({ call }) => call === "sigwaitinfo").map(({ args }) => args["set"] ?? "");
}

/** The signals that sigwaitinfo has returned. */
export function takenSignals(ledger: readonly LedgerCall[]): string[] {
	return ledger
		.filter(({ call, result }) => call === "sigwaitinfo" && result !== undefined)
		.map(({ result }) => nameOfSignal(result ?? 0));
}

/** Which signals were sent with kill to which pid, without the calls that were refused. */
export function sentSignals(ledger: readonly LedgerCall[]): { signal: string; pid: number }[] {
	return ledger
		.filter(({ call, error }) => call === "kill" && error === undefined)
		.map(({ args }) => ({ signal: args["sig"] ?? "", pid: Number(args["pid"]) }));
}

/** Whether a process that takes signals has sent SIGKILL to the command, or to all processes. */
export function sendsSigkill(ledger: readonly LedgerCall[]): boolean {
	const pid = ledger[forkIndexOf(ledger, commandOf(ledger))]?.result ?? 0;
	const takers = ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task);
	const own = ledger.filter(({ task }) => takers.includes(task));
	return sentSignals(own).some((kill) => kill.signal === "SIGKILL" && [pid, -1].includes(kill.pid));
}

function setsOf(ledger: readonly LedgerCall[], task: string): string[] {
	return setsWaitedFor(ledger.filter((entry) => entry.task === task));
}

/** The process that calls enterPidNamespace: the first child of the engine. */
const FORKED_BY_ENGINE = "1.1";

const startsOfCommand = (ledger: readonly LedgerCall[]) =>
	ledger.filter((entry) => entry.error === undefined && isCommandsExecve(entry));

const commandOf = (ledger: readonly LedgerCall[]) => ledger.find(isCommandsExecve)?.task ?? "";

// "1.2" is the second child that "1" has forked.
const parentOf = (task: string) => task.slice(0, Math.max(0, task.lastIndexOf(".")));

// Index of the fork in the ledger that made this task; -1 for the first task.
function forkIndexOf(ledger: readonly LedgerCall[], task: string): number {
	const forks = [...ledger.entries()].filter(([, { task: by, call }]) => by === parentOf(task) && call === "fork");
	return forks[Number(task.slice(task.lastIndexOf(".") + 1)) - 1]?.[0] ?? -1;
}

const nameOfSignal = (signo: number) =>
	Object.entries(constants.signals).find(([, number]) => number === signo)?.[0] ?? String(signo);
