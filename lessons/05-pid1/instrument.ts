import { constants } from "node:os";
import {
	agentsPidOf,
	Freezer,
	type InstrumentContext,
	idleMs,
	type OngoingCall,
	type Patience,
	readDescendantStats,
	readHarbourStats,
	readPending,
	readState,
	sendSignal,
	setRealTimePriority,
	untilMachineIdles,
	waitsForSignals,
} from "#guest";
import type { Delivery, LastLine } from "./measured.ts";

/**
 * Sends signals to a container's init, writes a last line to its command, and measures what arrives. The signals of a
 * frozen process stay pending in the kernel, where they can be read. While the line is written, only the command can
 * read it.
 */

/** Once the machine has been idle for this long since the last signal arrived, no more signals are expected. */
const QUIET_MS = 1_000;
/** Real-time priority: above all processes that have none, and below the agent. */
const REAL_TIME_PRIORITY = 20;

/**
 * Freezes the command and what it has started, kills the container's eldest orphan, and sends signals to its init.
 * @param name the container's name
 * @returns which signals are then pending for which process; `command` is null if the command did not run (then nothing
 *   was frozen or sent), or has ended since. Undefined if time ran out first, or no such container was started
 */
export async function sendSignals(
	{ call, patience }: InstrumentContext,
	name: string,
	signals: readonly NodeJS.Signals[],
): Promise<Delivery | undefined> {
	const ongoing = call(name);
	if (ongoing === undefined) return undefined;
	const { processes } = ongoing;
	const { command, init } = processes;
	if (command === null || init === null)
		return { command: null, init: false, ownInit: false, orphan: "none", others: [] };
	await ongoing.untilCommandSleeps(patience);
	const held = await Freezer.freeze(() => readDescendantStats(command).map(({ pid }) => pid), patience);
	if (held === null) return undefined;
	try {
		const orphan = processes.orphans()[0]?.pid;
		if (orphan !== undefined) sendSignal(orphan, "SIGKILL");
		for (const signal of signals) sendSignal(init, signal);
		const orphanState = () => (orphan === undefined ? "none" : orphanStateOf(readState(orphan)));
		const arrived = () => ({ pending: readPending(command), orphan: orphanState() });
		const isComplete = ({ pending, orphan }: ReturnType<typeof arrived>) =>
			hasAll(pending, signals) && orphan === "reaped";
		if (!(await untilQuiet(ongoing, arrived, isComplete, patience))) return undefined;
		const below = readDescendantStats(command).slice(1);
		return {
			command: readPending(command),
			init: !hasEnded(init),
			ownInit: init !== command,
			orphan: orphanState(),
			others: below.map(({ pid, comm, state }) => ({ comm, state, pending: readPending(pid) ?? "" })),
		};
	} finally {
		await held.thaw();
	}
}

/**
 * Writes a line that only the command can read: all other possible readers are frozen meanwhile. The command and its
 * orphans run at a higher priority, so that every process that this line ends has ended before init runs again. Waits
 * for the end of the engine's call. If time runs out first, kills all processes of the call.
 * @param name the container's name
 * @returns undefined if time ran out before the command ended, or no such container was started
 */
export async function writeLastLine(
	context: InstrumentContext,
	name: string,
	line: string,
): Promise<LastLine | undefined> {
	const { call, patience } = context;
	const ongoing = call(name);
	if (ongoing === undefined) return undefined;
	const written = await writeToCommand(ongoing, line, context);
	const over = await ongoing.untilEnded(patience);
	if (!over) ongoing.kill();
	return written && { ...written, over };
}

async function writeToCommand(
	ongoing: OngoingCall,
	line: string,
	{ tasksBefore, patience }: InstrumentContext,
): Promise<Omit<LastLine, "over"> | undefined> {
	const { processes, runner } = ongoing;
	const { command } = processes;
	const orphans = processes.orphans();
	if (command === null || hasEnded(command)) return { ended: false, orphans: orphans.length };
	const pidsBefore = new Set(tasksBefore.map(({ pid }) => pid));
	const readers = () => [runner.pid, ...readHarbourStats().flatMap(({ pid }) => (pidsBefore.has(pid) ? [] : pid))];
	// A single orphan is meant to end with the command, so it is not frozen. Nor is a process in sigwaitinfo: after a
	// freeze, the call would return EINTR.
	const notStopped = [command, ...(orphans.length === 1 ? orphans.map(({ pid }) => pid) : [])];
	const held = await Freezer.freeze(
		() => readers().filter((pid) => !notStopped.includes(pid) && !waitsForSignals(pid)),
		patience,
	);
	if (held === null) return undefined;
	try {
		for (const pid of [command, ...orphans.map((orphan) => orphan.pid)]) raisePriority(pid);
		ongoing.writeLine(line);
		const ended = await waitUntil(() => hasEnded(command), patience);
		return ended ? { ended, orphans: orphans.length } : undefined;
	} finally {
		await held.thaw();
	}
}

const hasEnded = (pid: number) => ["", "Z", "X"].includes(readState(pid));
const orphanStateOf = (state: string): Delivery["orphan"] =>
	state === "" ? "reaped" : state === "Z" || state === "X" ? "zombie" : "running";

function raisePriority(pid: number): void {
	const pidHere = agentsPidOf(pid);
	if (pidHere !== null) setRealTimePriority(pidHere, REAL_TIME_PRIORITY);
}

function hasAll(pending: string | null, signals: readonly NodeJS.Signals[]): boolean {
	const mask = signals.reduce((sum, signal) => sum | (1n << BigInt(constants.signals[signal] - 1)), 0n);
	return pending !== null && (BigInt(`0x${pending}`) & mask) === mask;
}

// Waits until all processes sleep, and either everything has arrived or nothing new has arrived for QUIET_MS. Returns
// false if time ran out first. QUIET_MS counts only the time in which the machine was idle: on a busy computer, a
// process that is awake may only be waiting for its turn. An init that wakes up now and then to look around does not
// prolong the wait.
function untilQuiet<Arrived>(
	{ processes }: OngoingCall,
	arrived: () => Arrived,
	isComplete: (now: Arrived) => boolean,
	patience: Patience,
): Promise<boolean> {
	let last = "";
	let sinceMs = idleMs();
	return waitUntil(() => {
		const now = arrived();
		const text = JSON.stringify(now);
		if (text !== last) [last, sinceMs] = [text, idleMs()];
		return processes.areAsleep() && (isComplete(now) || idleMs() - sinceMs >= QUIET_MS);
	}, patience);
}

async function waitUntil(condition: () => boolean, patience: Patience): Promise<boolean> {
	for (;;) {
		if (condition()) return true;
		if (patience.leftMs === 0) return false;
		await untilMachineIdles();
	}
}
