import { randomInt } from "node:crypto";
import { constants } from "node:os";
import { setFlagsFromString } from "node:v8";
import { twoDescriptors } from "./descriptors.ts";
import { bytes, callLibrary, int, int64, strings } from "./library.ts";
import { PR_SET_DUMPABLE } from "./prctl.ts";

/**
 * Calls that only the harness makes, in the guest. The ledger does not record them, and `#kernel` does not export them.
 */

/**
 * Adds randomness of the computer outside to the kernel's random number generator, and reseeds the generator at once.
 * @param randomFd an open /dev/random
 * @param entropy at most 64 bytes
 * @throws {Error} the kernel refused
 * @see random(4): RNDADDENTROPY, RNDRESEEDCRNG
 */
export function addEntropy(randomFd: number, entropy: Buffer): void {
	callOrThrow("k_add_entropy", [int(randomFd), bytes(entropy), int(entropy.length)]);
}

/** Gives this process's random numbers (node:crypto, Math.random) a new seed from the kernel. */
export function reseedRandom(): void {
	callOrThrow("k_reseed", []);
	// V8 takes this seed when Math.random is first called.
	setFlagsFromString(`--random-seed=${randomInt(1, 0x7fffffff)}`);
}

/** Sets the wall clock. @param timeMs milliseconds since 1970 @see clock_settime(2) */
export function setClock(timeMs: number): void {
	callOrThrow("k_clock_settime", [int64(timeMs)]);
}

/**
 * Ends this process as _exit(2) does. The ledger does not record it, because it is the harness's call and not the
 * exercise's.
 */
export function exitAtOnce(status: number): never {
	callLibrary("k_exit", [int(status)]);
	throw new Error("_exit returned");
}

/**
 * Sends a signal to a process.
 * @param directoryFd the process's open directory in a /proc of this PID namespace or of one below it
 * @see pidfd_send_signal(2)
 */
export function signalProcess(directoryFd: number, signal: NodeJS.Signals): void {
	callOrThrow("k_pidfd_send_signal", [int(directoryFd), int(constants.signals[signal])]);
}

/**
 * Gives a process a real-time priority: while it is awake, the kernel leaves hardly any time to processes without one.
 * @param pid as this process's own PID namespace numbers it
 * @param priority 1 (lowest) to 99
 * @see sched_setscheduler(2): SCHED_RR
 */
export function setRealTimePriority(pid: number, priority: number): void {
	callOrThrow("k_sched_setscheduler", [int(pid), int(priority)]);
}

/** Keeps this process's memory from being swapped out, where the exercise could read and change it. @see mlockall(2) */
export function lockMemory(): void {
	callOrThrow("k_mlockall", []);
}

/**
 * Makes a fanotify group: a descriptor that reports which processes read the files that the group watches. Reading from
 * it never blocks.
 * @see fanotify(7)
 */
export function fanotifyInit(): number {
	return callOrThrow("k_fanotify_init", []);
}

/** Makes the group watch an open file, whichever descriptor a process reads it by. @see fanotify_mark(2): FAN_ACCESS */
export function fanotifyMark(group: number, fd: number): void {
	callOrThrow("k_fanotify_mark", [int(group), int(fd)]);
}

/** Makes a pseudo-terminal, both ends close-on-exec. @see openpty(3), pty(7) */
export function openTerminal(rows: number, columns: number): { masterFd: number; slaveFd: number } {
	const [masterFd, slaveFd] = twoDescriptors(callOrThrow("k_openpty", [int(rows), int(columns)]));
	return { masterFd, slaveFd };
}

/**
 * Sets the size of a terminal. If this changes the size, the kernel sends SIGWINCH to the foreground process group.
 * @see TIOCSWINSZ(2const)
 */
export function setWindowSize(fd: number, rows: number, columns: number): void {
	callOrThrow("k_set_window_size", [int(fd), int(rows), int(columns)]);
}

/**
 * Makes this process the leader of a new session. The terminal at `path` becomes the session's controlling terminal,
 * and this process's standard input, output and error.
 * @see setsid(2), TIOCSCTTY(2const)
 */
export function useTerminal(path: string): void {
	callOrThrow("k_take_terminal", [strings(path)]);
}

/** Makes /dev/null this process's standard input, output and error. @see dup2(2) */
export function useDevNull(): void {
	callOrThrow("k_take_nothing", []);
}

/**
 * Gives this process's files in /proc, such as uid_map, to its current user. Without this, they belong to root once the
 * process has changed its user.
 * @see PR_SET_DUMPABLE(2const)
 */
export function setDumpable(): void {
	callOrThrow("k_prctl", [int(PR_SET_DUMPABLE), int64(1), int64(0)]);
}

/** Whether a file has this extended attribute; a symbolic link is not followed. @see lgetxattr(2) */
export function hasAttribute(path: string, name: string): boolean {
	return callLibrary("k_lgetxattr", [strings(path, name)]) >= 0;
}

function callOrThrow(name: string, args: Parameters<typeof callLibrary>[1]): number {
	const answer = callLibrary(name, args);
	if (answer < 0) throw new Error(`${name}: errno ${-answer}`);
	return answer;
}
