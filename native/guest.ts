import { randomInt } from "node:crypto";
import { constants } from "node:os";
import { setFlagsFromString } from "node:v8";
import { bytes, callLibrary, int, int64, strings } from "./library.ts";

/**
 * Calls that only the harness makes, in the guest; unrecorded, and no part of `#kernel`.
 */

/**
 * Mixes the host's randomness into the kernel's generator and makes it count at once.
 * @param randomFd an open /dev/random
 * @param entropy at most 64 bytes
 * @throws {Error} refused
 * @see random(4): RNDADDENTROPY, RNDRESEEDCRNG
 */
export function addEntropy(randomFd: number, entropy: Buffer): void {
	must("k_add_entropy", [int(randomFd), bytes(entropy), int(entropy.length)]);
}

/** Gives this process's random numbers (node:crypto, Math.random) a new seed from the kernel. */
export function reseed(): void {
	must("k_reseed", []);
	// V8 takes its seed from here when Math.random is first called.
	setFlagsFromString(`--random-seed=${randomInt(1, 0x7fffffff)}`);
}

const PR_SET_DUMPABLE = 4;

/** Sets the wall clock. @see clock_settime(2) */
export function setClock(timeMs: number): void {
	must("k_clock_settime", [int64(timeMs)]);
}

/** Ends this process as _exit(2) does, but unrecorded: it is the harness's call, not the exercise's. */
export function exitAtOnce(status: number): never {
	callLibrary("k_exit", [int(status)]);
	throw new Error("_exit returned");
}

/** Sends a signal to the process whose directory in /proc, of any PID namespace below, is open. @see pidfd_send_signal(2) */
export function signalProcess(directoryFd: number, signal: NodeJS.Signals): void {
	must("k_pidfd_send_signal", [int(directoryFd), int(constants.signals[signal])]);
}

/**
 * Has a process run before all that have no such priority: they wait until it sleeps.
 * @param pid as this process's own PID namespace numbers it
 * @see sched_setscheduler(2): SCHED_RR
 */
export function runFirst(pid: number, priority: number): void {
	must("k_sched_setscheduler", [int(pid), int(priority)]);
}

/** Keeps this process's memory from being swapped out, where the exercise could read and change it. @see mlockall(2) */
export function lockMemory(): void {
	must("k_mlockall", []);
}

/** Makes a pipe, both ends close-on-exec. @see pipe(2) */
export function pipe(): { readFd: number; writeFd: number } {
	const [readFd, writeFd] = descriptors(must("k_pipe", []));
	return { readFd, writeFd };
}

/** Makes a group that is told who reads from the files that it watches; to read it never waits. @see fanotify(7) */
export function readersGroup(): number {
	return must("k_fanotify_init", []);
}

/** Has the group watch an open file, whatever descriptor it is read by. @see fanotify_mark(2): FAN_ACCESS */
export function watchReads(group: number, fd: number): void {
	must("k_fanotify_mark", [int(group), int(fd)]);
}

/** Makes a pseudo-terminal, both ends close-on-exec. @see openpty(3), pty(7) */
export function openTerminal(rows: number, columns: number): { masterFd: number; slaveFd: number } {
	const [masterFd, slaveFd] = descriptors(must("k_openpty", [int(rows), int(columns)]));
	return { masterFd, slaveFd };
}

/** Says how large a terminal is now; its foreground processes hear of it by SIGWINCH. @see TIOCSWINSZ(2const) */
export function setWindowSize(fd: number, rows: number, columns: number): void {
	must("k_set_window_size", [int(fd), int(rows), int(columns)]);
}

/**
 * Becomes the leader of a session whose controlling terminal is this one, and has it as its standard input, output and
 * error.
 * @see setsid(2), TIOCSCTTY(2const)
 */
export function takeTerminal(path: string): void {
	must("k_take_terminal", [strings(path)]);
}

/** Has /dev/null as its standard input, output and error. @see dup2(2) */
export function takeNothing(): void {
	must("k_take_nothing", []);
}

/**
 * Makes this process's files in /proc, such as uid_map, its user's own: a process that changes its user leaves them to root.
 * @see PR_SET_DUMPABLE(2const)
 */
export function takeBackProc(): void {
	must("k_prctl", [int(PR_SET_DUMPABLE), int64(1)]);
}

/** Whether a file has this extended attribute; a symbolic link is not followed. @see lgetxattr(2) */
export function hasAttribute(path: string, name: string): boolean {
	return callLibrary("k_lgetxattr", [strings(path, name)]) >= 0;
}

// Two in one answer, which then has more than 32 bits: no bit operators.
function descriptors(answer: number): [lower: number, upper: number] {
	return [answer % 2 ** 32, Math.floor(answer / 2 ** 32)];
}

function must(name: string, args: Parameters<typeof callLibrary>[1]): number {
	const answer = callLibrary(name, args);
	if (answer < 0) throw new Error(`${name}: errno ${-answer}`);
	return answer;
}
