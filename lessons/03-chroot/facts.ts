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
	type Rootfs,
	rootOf,
} from "../../harness/judge/index.ts";

/** What breakOut has done according to the ledger. The ledger explains a verdict, and never decides one. */

/** The second container. Its command runs after the break-out. */
export const ESCAPED = "escaped";

/** The system calls, before execve, of the process that became the command: the engine's only child. */
export const callsOf = ({ calls }: Observation, container: string): LedgerCall[] =>
	(calls[container]?.ledger ?? []).filter(({ task, call }) => task === "1.1" && call !== "execve");

/** The calls of breakOut: those that follow as many calls as enterRoot makes in the first container. */
export const breakOutOf = ({ observation }: Context): LedgerCall[] =>
	callsOf(observation, ESCAPED).slice(callsOf(observation, BOX).length);

export const given = ({ args }: LedgerCall) => Object.values(args)[0]?.slice(1, -1) ?? "";
export const triesToClimb = (entry: LedgerCall) => entry.call === "chdir" && given(entry).includes("..");
// Above the root there is nothing that an absolute path could lead to.
export const climbs = (entry: LedgerCall) => triesToClimb(entry) && !given(entry).startsWith("/");

/**
 * Whether the last chroot was given an absolute path, although a climb had moved the current directory out of the root.
 */
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

/** Whether breakOut has called chroot after a climb, or after an attempt to climb. */
export function rootMovedAfterClimb(context: Context): boolean {
	const calls = breakOutOf(context);
	return calls.some((entry, index) => isChroot(entry) && calls.slice(0, index).some(triesToClimb));
}

/** How often breakOut has called chroot during its climb. */
export function wallsOnTheWay(context: Context): number {
	const calls = breakOutOf(context).filter(done);
	const steps = calls.flatMap((entry, index) => (climbs(entry) ? [index] : []));
	const [first = 0, last = 0] = [steps[0], steps.at(-1)];
	return calls.filter((entry, index) => isChroot(entry) && index > first && index < last).length;
}

/** Whether the current directory was in the new root, or below it, before the climb. */
export function movedAlong(context: Context): boolean {
	const calls = breakOutOf(context).filter(done);
	const climb = calls.findLastIndex(triesToClimb);
	const before = calls.slice(0, climb + 1);
	const moved = before.findLastIndex((entry) => entry.call === "chdir" && !climbs(entry));
	const root = before.findLastIndex(isChroot);
	// Either chdir came after chroot, or the new root was the current directory itself.
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
 * What the root of the second container's command was when the break-out began. The process that stopped there must be
 * the one that becomes the command, or one that forks that process afterwards.
 */
export function rootBefore(observation: Observation, drawn: Drawn): string {
	const stopped = observation.calls[ESCAPED]?.stopped ?? null;
	if (stopped === null) return "unknown: no break-out began";
	const command = commandAt(observation, DURING, ESCAPED);
	const isCommand =
		command === null || descent(command.pid, command.tasks).some((task) => identityOf(task) === identityOf(stopped));
	const isAlone = command?.pid === stopped.pid || stopped.children === 0;
	return isCommand && isAlone
		? rootOf(observation.before, stopped, rootfsOf(drawn))
		: "unknown: another process broke out";
}

// The command's process, its parent, its grandparent and so on.
function descent(pid: number, tasks: ProcessState["tasks"]): ProcessState["tasks"] {
	const task = tasks.find((other) => other.pid === pid);
	return task === undefined ? [] : [task, ...descent(task.ppid, tasks)];
}

/** The drawn path of the directory that becomes the root, and the name of the file that identifies a copy of it. */
export const rootfsOf = ({ rootfs = "", marker = "" }: Drawn): Rootfs => ({ path: rootfs, marker });

/** How many directories are above the rootfs. The host's root counts. */
export const depthOf = ({ drawn }: Context) => (drawn["rootfs"] ?? "").split("/").length - 1;

/** The message of the exception that ended breakOut. */
export function breakOutThrew({ observation }: Context): string | undefined {
	const ending = observation.calls[ESCAPED]?.ending;
	return ending?.how === "threw" ? ending.thrown.message : undefined;
}
