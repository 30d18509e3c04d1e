import { constants } from "node:os";
import {
	awaitsSignals,
	Freezer,
	idleMs,
	type Measuring,
	type OngoingCall,
	ownNumber,
	type Patience,
	readPending,
	readState,
	readStats,
	readWorldStats,
	runFirst,
	signal as send,
	untilMachineRests,
} from "#guest";
import type { Delivery, Finish } from "./measured.ts";

/**
 * What a container's command is told, and what of it has come: signals, which go to its init, and a last line. What has
 * come is what the kernel keeps for a process that is held; what is said in the line, nobody else can read.
 */

/** For how long the machine must have had nothing to do, and all be asleep, before what has not come is waited for no more. */
const LATE_MS = 1_000;
/** Above all that has no such priority, and below the agent. */
const PRIORITY = 20;

/**
 * Holds the command and what it has started, ends its eldest orphan, and sends signals to the container's init.
 * @returns what then waits for whom; undefined when patience ended first
 */
export async function deliver(
	{ call, patience }: Measuring,
	name: string,
	signals: readonly NodeJS.Signals[],
): Promise<Delivery | undefined> {
	const ongoing = call(name);
	if (ongoing === undefined) return undefined;
	const { processes } = ongoing;
	const { command, init } = processes;
	if (command === null || init === null)
		return { command: null, init: false, ownInit: false, orphan: "none", others: [] };
	await ongoing.rests(patience);
	const held = await Freezer.hold(() => readStats(command).map(({ pid }) => pid), patience);
	if (held === null) return undefined;
	try {
		const orphan = processes.orphans()[0]?.pid;
		if (orphan !== undefined) send(orphan, "SIGKILL");
		for (const signal of signals) send(init, signal);
		const what = () => (orphan === undefined ? "none" : orphanIs(readState(orphan)));
		const came = () => has(readPending(command), signals) && what() === "reaped";
		if (!(await untilRest(ongoing, came, patience))) return undefined;
		const below = readStats(command).slice(1);
		return {
			command: readPending(command),
			init: !hasEnded(init),
			ownInit: init !== command,
			orphan: what(),
			others: below.map(({ pid, comm, state }) => ({ comm, state, pending: readPending(pid) ?? "" })),
		};
	} finally {
		await held.release();
	}
}

/**
 * Gives the command a line that nobody else can read: all others are held that might. It and its orphans then run before
 * everybody else, so all that end by the line have ended before its init has a turn. Waits for the call's end; what then
 * still runs is killed.
 * @returns undefined when patience ended first
 */
export async function finish(measuring: Measuring, name: string, line: string): Promise<Finish | undefined> {
	const { call, patience } = measuring;
	const ongoing = call(name);
	if (ongoing === undefined) return undefined;
	const told = await tell(ongoing, line, measuring);
	const over = await ongoing.ends(patience);
	if (!over) ongoing.kill();
	return told && { ...told, over };
}

async function tell(
	ongoing: OngoingCall,
	line: string,
	{ tasksBefore, patience }: Measuring,
): Promise<Omit<Finish, "over"> | undefined> {
	const { processes, runner } = ongoing;
	const { command } = processes;
	const orphans = processes.orphans();
	if (command === null || hasEnded(command)) return { ended: false, orphans: orphans.length };
	const known = new Set(tasksBefore.map(({ pid }) => pid));
	const readers = () => [runner.pid, ...readWorldStats().flatMap(({ pid }) => (known.has(pid) ? [] : pid))];
	// The one orphan is to end with the command. A process that is held while it is in sigwaitinfo would come back from it
	// with EINTR.
	const free = [command, ...(orphans.length === 1 ? orphans.map(({ pid }) => pid) : [])];
	const held = await Freezer.hold(
		() => readers().filter((pid) => !free.includes(pid) && !awaitsSignals(pid)),
		patience,
	);
	if (held === null) return undefined;
	try {
		for (const pid of [command, ...orphans.map((orphan) => orphan.pid)]) first(pid);
		ongoing.tell(line);
		const ended = await until(() => hasEnded(command), patience);
		return ended ? { ended, orphans: orphans.length } : undefined;
	} finally {
		await held.release();
	}
}

const hasEnded = (pid: number) => ["", "Z", "X"].includes(readState(pid));
const orphanIs = (state: string): Delivery["orphan"] =>
	state === "" ? "reaped" : state === "Z" || state === "X" ? "zombie" : "running";

function first(pid: number): void {
	const own = ownNumber(pid);
	if (own !== null) runFirst(own, PRIORITY);
}

function has(pending: string | null, signals: readonly NodeJS.Signals[]): boolean {
	const mask = signals.reduce((sum, signal) => sum | (1n << BigInt(constants.signals[signal] - 1)), 0n);
	return pending !== null && (BigInt(`0x${pending}`) & mask) === mask;
}

// Until it has come and nobody is about to do more, or all have been asleep for so long that it will not come. On a busy
// computer, what is awake has only not had its turn yet.
function untilRest({ processes }: OngoingCall, came: () => boolean, patience: Patience): Promise<boolean> {
	let asleepSinceMs: number | null = null;
	return until(() => {
		if (!processes.areAsleep()) asleepSinceMs = null;
		else asleepSinceMs ??= idleMs();
		return asleepSinceMs !== null && (came() || idleMs() - asleepSinceMs >= LATE_MS);
	}, patience);
}

async function until(holds: () => boolean, patience: Patience): Promise<boolean> {
	for (;;) {
		if (holds()) return true;
		if (patience.leftMs === 0) return false;
		await untilMachineRests();
	}
}
