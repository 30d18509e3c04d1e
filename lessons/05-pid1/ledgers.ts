import { constants } from "node:os";
import type { Context, LedgerCall } from "../../harness/judge/index.ts";

/** What a program has asked of the kernel. The ledger is the exercise's own word: it explains a verdict, and never makes it. */

type Ledger = Pick<Context, "ledger">;

/** Whether some process waits for signals that neither it nor one above it has blocked in time. */
export function takesUnblocked({ ledger }: Ledger): boolean {
	const blocks = (task: string, before: number): boolean => {
		const earlier = ledger.slice(0, before);
		if (earlier.some((entry) => entry.task === task && entry.call === "sigprocmask")) return true;
		const born = birthOf(ledger, task);
		return born >= 0 && blocks(parentOf(task), born);
	};
	return ledger.some(({ task, call }, index) => call === "sigwaitinfo" && !blocks(task, index));
}

/** Whether a process that takes signals has gone to wait for any child's end instead, and has not come back. */
export function waitsForAnyChild({ ledger }: Ledger): boolean {
	const taking = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return ledger.some(
		({ task, call, args, result, error }) =>
			taking.has(task) && call === "waitpid" && args["options"] === "0" && result === undefined && error === undefined,
	);
}

/** Whether a process that takes signals waits for the children of its own process group alone. See waitpid(2), pid 0. */
export function waitsForItsGroup({ ledger }: Ledger): boolean {
	const taking = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return ledger.some(({ task, call, args }) => taking.has(task) && call === "waitpid" && args["pid"] === "0");
}

/** Whether the process that has forked the command has also reaped it. */
export function commandReaped({ ledger }: Ledger): boolean {
	const command = commandOf(ledger);
	const pid = ledger[birthOf(ledger, command)]?.result;
	return ledger.some(({ task, call, result }) => task === parentOf(command) && call === "waitpid" && result === pid);
}

/** Whether a process takes signals, and the end of a child is none of them in any of its sets. */
export function takesNoChild({ ledger }: Ledger): boolean {
	const takers = new Set(ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task));
	return [...takers].some((task) => !setsOf(ledger, task).some((set) => set.includes("SIGCHLD")));
}

/** Whether the process that became the command has forked, and so has left the work of the child to its child. */
export function commandForked({ ledger }: Ledger): boolean {
	const command = commandOf(ledger);
	return ledger.some(({ task, call }) => task === command && call === "fork");
}

/** Whether the command's parent was forked by the module as well, and only then asked for the namespace. */
export function unsharedBetween({ ledger }: Ledger): boolean {
	const parent = parentOf(commandOf(ledger));
	const own = ledger.filter(({ task }) => task === parent).map(({ call, args }) => `${call} ${Object.values(args)}`);
	return parent.split(".").length > 2 && own.some((call) => /^unshare .*CLONE_NEWPID/.test(call));
}

/** Whether two processes became the command: then nothing of what follows is to be trusted. */
export const ranTwice = ({ ledger }: Ledger): boolean =>
	ledger.filter((entry) => entry.error === undefined && isCommand(entry)).length > 1;

/** Whether a process has got the end of another child than the command from waitpid, and has left right after that. */
export function leftWithAnotherChild({ ledger }: Ledger): boolean {
	const pid = ledger[birthOf(ledger, commandOf(ledger))]?.result;
	return ledger.some(({ task, call, result }, index) => {
		if (call !== "waitpid" || task !== parentOf(commandOf(ledger)) || !result || result === pid) return false;
		return ledger.slice(index + 1).find((later) => later.task === task)?.call === "_exit";
	});
}

/** The sets of signals that any process of the namespace has waited with. */
export function waitedFor(ledger: readonly LedgerCall[]): string[] {
	return ledger.filter(({ call }) => call === "sigwaitinfo").map(({ args }) => args["set"] ?? "");
}

/** The signals that some process has taken. */
export function taken(ledger: readonly LedgerCall[]): string[] {
	return ledger
		.filter(({ call, result }) => call === "sigwaitinfo" && result !== undefined)
		.map(({ result }) => nameOfSignal(result ?? 0));
}

/** What was sent, and to which pid; what was refused is not among it. */
export function sent(ledger: readonly LedgerCall[]): { signal: string; pid: number }[] {
	return ledger
		.filter(({ call, error }) => call === "kill" && error === undefined)
		.map(({ args }) => ({ signal: args["sig"] ?? "", pid: Number(args["pid"]) }));
}

/** Whether somebody who takes signals has sent SIGKILL to the command, or to all. */
export function sendsKill(ledger: readonly LedgerCall[]): boolean {
	const pid = ledger[birthOf(ledger, commandOf(ledger))]?.result ?? 0;
	const takers = ledger.filter(({ call }) => call === "sigwaitinfo").map(({ task }) => task);
	const own = ledger.filter(({ task }) => takers.includes(task));
	return sent(own).some((kill) => kill.signal === "SIGKILL" && [pid, -1].includes(kill.pid));
}

function setsOf(ledger: readonly LedgerCall[], task: string): string[] {
	return waitedFor(ledger.filter((entry) => entry.task === task));
}

const commandOf = (ledger: readonly LedgerCall[]) => ledger.find(isCommand)?.task ?? "";

// By its own name, which was drawn; other programs may be started, too.
const isCommand = ({ call, args }: LedgerCall) => call === "execve" && /"drydock-[0-9a-f]{8}"/.test(args["argv"] ?? "");

// "1.2" is the second child that "1" has forked.
const parentOf = (task: string) => task.slice(0, Math.max(0, task.lastIndexOf(".")));

// Where in the ledger the process was forked; -1 of the first one.
function birthOf(ledger: readonly LedgerCall[], task: string): number {
	const forks = [...ledger.entries()].filter(([, { task: by, call }]) => by === parentOf(task) && call === "fork");
	return forks[Number(task.slice(task.lastIndexOf(".") + 1)) - 1]?.[0] ?? -1;
}

const nameOfSignal = (signo: number) =>
	Object.entries(constants.signals).find(([, number]) => number === signo)?.[0] ?? String(signo);
