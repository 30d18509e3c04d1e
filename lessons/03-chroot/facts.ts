import {
	BOX,
	type Context,
	commandAt,
	type Drawn,
	DURING,
	identityOf,
	type LedgerCall,
	type Observation,
	type ProcessState,
	rootOf,
} from "../../harness/judge/index.ts";

/** What breakOut has done, as the ledger tells it: it explains a verdict, and never makes it. */

/** The second container: its command runs after the break-out. */
export const ESCAPED = "escaped";

/** What the process that became the command has asked of the kernel before; it is the engine's only child. */
export const callsOf = ({ calls }: Observation, container: string): LedgerCall[] =>
	(calls[container]?.ledger ?? []).filter(({ task, call }) => task === "1.1" && call !== "execve");

/** What breakOut has asked for: what comes after as many calls as enterRoot makes when it is alone. */
export const breakOutOf = ({ observation }: Context): LedgerCall[] =>
	callsOf(observation, ESCAPED).slice(callsOf(observation, BOX).length);

export const given = ({ args }: LedgerCall) => Object.values(args)[0]?.slice(1, -1) ?? "";
export const triesToClimb = (entry: LedgerCall) => entry.call === "chdir" && given(entry).includes("..");
// A path that begins at the root leads nowhere above it.
export const climbs = (entry: LedgerCall) => triesToClimb(entry) && !given(entry).startsWith("/");

/** Whether the last chroot was given a path that begins at the root, when a climb had moved the current directory out. */
export function namesTheNewRoot(context: Context): boolean {
	const calls = breakOutOf(context);
	const last = calls.findLastIndex(isChroot);
	const before = calls.slice(0, Math.max(0, last));
	const climbed = before.slice(before.findIndex(isChroot) + 1).some(climbs);
	const stayedOutside = before.every((entry) => entry.call !== "chdir" || climbs(entry));
	return before.some(isChroot) && climbed && stayedOutside && given(calls[last] as LedgerCall).startsWith("/");
}

export const done = ({ error }: LedgerCall) => error === undefined;
export const isChroot = (entry: LedgerCall) => entry.call === "chroot" && done(entry);

/** Whether breakOut has made a directory its root after it had climbed, or tried to. */
export function rootMovedAfterClimb(context: Context): boolean {
	const calls = breakOutOf(context);
	return calls.some((entry, index) => isChroot(entry) && calls.slice(0, index).some(triesToClimb));
}

/** How often breakOut has called chroot in the middle of its climb. */
export function wallsOnTheWay(context: Context): number {
	const calls = breakOutOf(context).filter(done);
	const steps = calls.flatMap((entry, index) => (climbs(entry) ? [index] : []));
	const [first = 0, last = 0] = [steps[0], steps.at(-1)];
	return calls.filter((entry, index) => isChroot(entry) && index > first && index < last).length;
}

/** Whether the current directory was moved to the new root, or below it, before the climb. */
export function movedAlong(context: Context): boolean {
	const calls = breakOutOf(context).filter(done);
	const climb = calls.findLastIndex(triesToClimb);
	const before = calls.slice(0, climb + 1);
	const moved = before.findLastIndex((entry) => entry.call === "chdir" && !climbs(entry));
	const root = before.findLastIndex(isChroot);
	// Either it goes to where paths start by then, or the new root is where it stands.
	return moved >= 0 && root >= 0 && (moved > root || given(before[root] as LedgerCall) === ".");
}

/** How many directories breakOut has climbed, if every step went up. */
export const stepsUp = (context: Context) =>
	breakOutOf(context)
		.filter((entry) => done(entry) && climbs(entry))
		.reduce(
			(steps, entry) =>
				steps +
				given(entry)
					.split("/")
					.filter((part) => part === "..").length,
			0,
		);

/**
 * What the root of the second container's command was when the break-out began. It has to be seen in the process that
 * becomes the command, or that forks it afterwards.
 */
export function rootBefore(observation: Observation, drawn: Drawn): string {
	const stopped = observation.calls[ESCAPED]?.stopped ?? null;
	if (stopped === null) return "unknown: no break-out began";
	const command = commandAt(observation, DURING, ESCAPED);
	const isCommand =
		command === null || descent(command.pid, command.tasks).some((task) => identityOf(task) === identityOf(stopped));
	const isAlone = command?.pid === stopped.pid || stopped.children === 0;
	return isCommand && isAlone ? rootOf(observation.before, stopped, drawn) : "unknown: another process broke out";
}

// The command, the process that has forked it, and so on.
function descent(pid: number, tasks: ProcessState["tasks"]): ProcessState["tasks"] {
	const task = tasks.find((other) => other.pid === pid);
	return task === undefined ? [] : [task, ...descent(task.ppid, tasks)];
}

/** How many directories lie above the rootfs, the host's root among them. */
export const depthOf = ({ drawn }: Context) => (drawn["rootfs"] ?? "").split("/").length - 1;

/** What the exception says that ended breakOut. */
export function breakOutThrew({ observation }: Context): string | undefined {
	const ending = observation.calls[ESCAPED]?.ending;
	return ending?.how === "threw" ? ending.thrown.message : undefined;
}
