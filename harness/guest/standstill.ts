import { readFileSync } from "node:fs";
import { readDescriptors, readHarbourStats, readTimeslices, readWaitingFunction } from "../readings/guest/proc.ts";
import { idleMs } from "./patience.ts";

/** How long the machine must have been idle between two looks that find the same. */
const IDLE_MS = 600;
/**
 * The same if a process may wait for the network: the kernel repeats an unanswered packet after one second, and again
 * two seconds later, by timers that /proc/timer_list does not show.
 */
const NETWORK_IDLE_MS = 4_000;
/** Matches the kernel's functions in which a process may wait for the network. */
const NETWORK_WAIT = /inet|tcp|udp|skb|wait_woken|poll|select/;
/** A timer that wakes a process or sends it a signal, and when it expires. */
const WAKING_TIMER =
	/^ #\d+: <\w+>, (?:hrtimer_wakeup|it_real_fn|posix_timer_fn|timerfd_tmrproc|alarmtimer_fired)\b.*\n.*\[in (-?\d+) to/gm;

/**
 * Finds out that nothing in the harbour can change any more: every process sleeps, none has run since the look before,
 * and no timer will wake one before the deadline. Whatever the agent then waits for will never come.
 */
export class Standstill {
	#processes: string | null = null;
	#sinceIdleMs = idleMs();

	/**
	 * @param timersBefore how many timers were due before the first call; see {@link timersDue}
	 * @param leftMs the time until the run's deadline
	 */
	constructor(
		private readonly timersBefore: number,
		private readonly leftMs: () => number,
	) {}

	/**
	 * Whether nothing can change any more. Looks at the processes only after the machine has been idle for a while,
	 * because a look takes the processor from them.
	 */
	isReached(): boolean {
		const idle = idleMs() - this.#sinceIdleMs;
		if (idle < IDLE_MS) return false;
		const processes = sleepingProcesses();
		if (processes === null || processes !== this.#processes) {
			this.#processes = processes;
			this.#sinceIdleMs = idleMs();
			return false;
		}
		if (idle < NETWORK_IDLE_MS && mayWaitForNetwork()) return false;
		return timersDue(this.leftMs()) <= this.timersBefore;
	}
}

/** How many timers of processes expire within this time. BusyBox's init always has one. */
export function timersDue(withinMs: number): number {
	const timers = readFileSync("/proc/timer_list", "utf8").matchAll(WAKING_TIMER);
	return [...timers].filter(([, expiresInNs]) => Number(expiresInNs) / 1e6 < withinMs).length;
}

// A text that is different for every set of processes, and changes when the first thread of one of them runs. Null if
// one runs. A process that waits for a disk runs again before the machine has been idle for IDLE_MS. Any other process in
// state D waits for a process: for its child after vfork(2), or for somebody who answers a fanotify(7) event.
function sleepingProcesses(): string | null {
	const tasks = readHarbourStats();
	if (tasks.some(({ state }) => state === "R")) return null;
	return tasks.map(({ pid, startTicks, state }) => [pid, startTicks, state, readTimeslices(pid)].join(":")).join(" ");
}

// A process without a network socket waits for a pipe, a terminal or another process: a shell's `read` polls its standard
// input.
function mayWaitForNetwork(): boolean {
	const pids = readHarbourStats()
		.map(({ pid }) => pid)
		.filter((pid) => NETWORK_WAIT.test(readWaitingFunction(pid)));
	if (pids.length === 0) return false;
	// A forked process may have a socket of the network namespace that its parent is in.
	const local = new Set([1, ...pids].flatMap(localSockets));
	return pids.some((pid) => socketsOf(pid).some((socket) => !local.has(socket)));
}

/** The inode numbers of the sockets that a process has open. */
function socketsOf(pid: number): string[] {
	try {
		const files = Object.values(readDescriptors(pid));
		return files.flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []);
	} catch {
		return []; // The process has ended meanwhile.
	}
}

/** The inode numbers of the Unix sockets in a process's network namespace: the seventh column. See proc_pid_net(5). */
function localSockets(pid: number): string[] {
	try {
		const [, ...lines] = readFileSync(`/proc/${pid}/net/unix`, "utf8").split("\n");
		return lines.flatMap((line) => line.trim().split(/\s+/)[6] ?? []);
	} catch {
		return [];
	}
}
