import {
	BOX,
	type Context,
	commandAt,
	DURING,
	isCommandsExecve,
	type LedgerCall,
	type Observation,
	type ProcessState,
	type RandomInputs,
	type Rootfs,
	rootOf,
	taskIdentity,
} from "../../harness/judge/index.ts";

/**
 * What breakOut has done according to the ledger, and which root its process had before, according to the kernel. The
 * ledger explains a verdict, and never decides one.
 */

/** The second container. Its command runs after the break-out. */
export const ESCAPED = "escaped";

/** The task that called execve for the command; the engine's first child, if none has. */
export const commandTask = ({ calls }: Observation, container: string): string =>
	calls[container]?.ledger.find(isCommandsExecve)?.task ?? "1.1";

/** Whether a process of this container called execve for the command, refused or not. */
export const hasStarted = ({ calls }: Observation, container: string): boolean =>
	calls[container]?.ledger.some(isCommandsExecve) === true;

/**
 * The system calls of the process that becomes the command, and of its ancestors below the engine. The execve is left
 * out.
 */
export function callsBeforeExecve(observation: Observation, container: string): LedgerCall[] {
	const command = commandTask(observation, container);
	const isOwn = (task: string) => task !== "1" && (task === command || command.startsWith(`${task}.`));
	return (observation.calls[container]?.ledger ?? []).filter(({ task, call }) => isOwn(task) && call !== "execve");
}

/** The calls of breakOut: the second container's calls, without the first N. N is how many the first container made. */
export const breakOutCalls = ({ observation }: Context): LedgerCall[] =>
	callsBeforeExecve(observation, ESCAPED).slice(callsBeforeExecve(observation, BOX).length);

/** The first argument of a call, without its quotes. */
export const pathArgument = ({ args }: LedgerCall) => Object.values(args)[0]?.slice(1, -1) ?? "";
export const triesToClimb = (entry: LedgerCall) => entry.call === "chdir" && pathArgument(entry).includes("..");
// An absolute path starts at the root, so it never leads above the root.
export const climbs = (entry: LedgerCall) => triesToClimb(entry) && !pathArgument(entry).startsWith("/");

/**
 * Whether the last chroot was given an absolute path, although a climb had moved the current directory out of the root.
 */
export function absolutePathAfterClimb(context: Context): boolean {
	const calls = breakOutCalls(context);
	const last = calls.findLastIndex(changesRoot);
	const before = calls.slice(0, Math.max(0, last));
	const climbed = before.slice(before.findIndex(changesRoot) + 1).some(climbs);
	const stayedOutside = before.every((entry) => entry.call !== "chdir" || climbs(entry));
	return (
		before.some(changesRoot) && climbed && stayedOutside && pathArgument(calls[last] as LedgerCall).startsWith("/")
	);
}

export const succeeded = ({ error }: LedgerCall) => error === undefined;
export const changesRoot = (entry: LedgerCall) => entry.call === "chroot" && succeeded(entry);
/** How often breakOut has moved the root. */
export const chroots = (context: Context): number => breakOutCalls(context).filter(changesRoot).length;

/** Whether breakOut climbed while the root was still where enterRoot had put it. */
export function climbedAtFirst(context: Context): boolean {
	const calls = breakOutCalls(context);
	const movesRoot = (entry: LedgerCall) => changesRoot(entry) && !/^[./]*$/.test(pathArgument(entry));
	const moved = calls.findIndex(movesRoot);
	return calls.slice(0, moved < 0 ? undefined : moved).some(triesToClimb);
}

/** Whether the list of calls shows a climb, as far as it goes: it has no process.chdir, and not where fchdir leads. */
export const climbIsListed = (context: Context): boolean =>
	breakOutCalls(context).some(climbs) && !breakOutCalls(context).some(({ call }) => call === "fchdir");

/** Whether breakOut has called chroot after a climb, or after an attempt to climb. */
export function rootMovedAfterClimb(context: Context): boolean {
	const calls = breakOutCalls(context);
	return calls.some((entry, index) => changesRoot(entry) && calls.slice(0, index).some(triesToClimb));
}

/** How often breakOut has called chroot during its climb. */
export function chrootsDuringClimb(context: Context): number {
	const all = breakOutCalls(context).filter(succeeded);
	const calls = all.slice(all.findIndex(changesRoot) + 1);
	const steps = calls.flatMap((entry, index) => (climbs(entry) ? [index] : []));
	const [first = 0, last = 0] = [steps[0], steps.at(-1)];
	return calls.filter((entry, index) => changesRoot(entry) && index > first && index < last).length;
}

/** Whether the current directory was the new root, or below it, before the climb. */
export function cwdMovedIntoNewRoot(context: Context): boolean {
	const calls = breakOutCalls(context).filter(succeeded);
	const climb = calls.findLastIndex(triesToClimb);
	const before = calls.slice(0, climb + 1);
	const moved = before.findLastIndex((entry) => entry.call === "chdir" && !climbs(entry));
	const root = before.findLastIndex(changesRoot);
	if (moved < 0 || root < 0 || before.slice(root).some(({ call }) => call === "fchdir")) return false;
	// Either chdir came after chroot, or the new root was the current directory itself.
	const enteredRoot = moved > root && pathArgument(before[moved] as LedgerCall).startsWith("/");
	return enteredRoot || pathArgument(before[root] as LedgerCall) === ".";
}

/** How many directories breakOut has climbed, if every step went up. */
export const stepsUp = (context: Context) =>
	breakOutCalls(context)
		.filter((entry) => succeeded(entry) && climbs(entry))
		.reduce(
			(steps, entry) =>
				steps +
				pathArgument(entry)
					.split("/")
					.filter((part) => part === "..").length,
			0,
		);

/**
 * Which directory was the root of the second container's command when the break-out began. At that moment, the driver
 * stops the process that calls breakOut. This process must become the command itself, or fork the command's process
 * later. The answer is "unknown: …" if another process was stopped, or none.
 */
export function rootBeforeBreakOut(observation: Observation, drawn: RandomInputs): string {
	const stopped = observation.calls[ESCAPED]?.stopped ?? null;
	if (stopped === null) return "unknown: no break-out started";
	const command = commandAt(observation, DURING, ESCAPED);
	const isCommand =
		command === null ||
		withAncestors(command.pid, command.tasks).some((task) => taskIdentity(task) === taskIdentity(stopped));
	const isAlone = command?.pid === stopped.pid || stopped.children === 0;
	return isCommand && isAlone
		? rootOf(observation.before, stopped, rootfsOf(drawn))
		: "unknown: another process broke out";
}

// The command's process, its parent, its grandparent and so on.
function withAncestors(pid: number, tasks: ProcessState["tasks"]): ProcessState["tasks"] {
	const task = tasks.find((other) => other.pid === pid);
	return task === undefined ? [] : [task, ...withAncestors(task.ppid, tasks)];
}

/** The drawn path of the directory that becomes the root, and the name of the file that identifies a copy of it. */
export const rootfsOf = ({ rootfs = "", marker = "" }: RandomInputs): Rootfs => ({ path: rootfs, marker });

/** How many steps up lead from the rootfs to the host's root. */
export const rootfsDepth = ({ drawn }: Context) => (drawn["rootfs"] ?? "").split("/").length - 1;

/** The message of the exception that ended the second container; undefined if it ended otherwise. */
export function breakOutError({ observation }: Context): string | undefined {
	const ending = observation.calls[ESCAPED]?.ending;
	return ending?.how === "threw" ? ending.thrown.message : undefined;
}
