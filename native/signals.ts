import { readSync } from "node:fs";
import { constants } from "node:os";
import { SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK } from "./constants.ts";
import { callLibrary, int, int64, recorded, syscall } from "./library.ts";

/**
 * Changes which signals this process blocks. A blocked signal is not lost: it stays pending until it is unblocked or
 * taken with {@link sigwaitinfo} or {@link readSignal}. A forked child inherits the mask; {@link execve} empties it.
 * @param how SIG_BLOCK adds `set` to the mask, SIG_UNBLOCK removes `set` from it, SIG_SETMASK replaces it with `set`
 * @param set signals such as SIGTERM; SIGKILL and SIGSTOP cannot be blocked and are ignored
 * @throws {SyscallError} EINVAL unknown `how`
 * @see sigprocmask(2), signal(7)
 */
export function sigprocmask(how: number, set: readonly number[]): void {
	const name = { [SIG_BLOCK]: "SIG_BLOCK", [SIG_UNBLOCK]: "SIG_UNBLOCK", [SIG_SETMASK]: "SIG_SETMASK" }[how];
	syscall("sigprocmask", { how: name ?? String(how), set: shown(set) }, [int(how), int64(mask(set))]);
}

/** A signal that {@link sigwaitinfo} or {@link readSignal} took. */
export interface Signal {
	signo: number;
	/**
	 * Who sent it. SI_USER: a process, with kill(2). SI_KERNEL: the kernel, for example for a terminal's Ctrl-C. For
	 * other codes, see sigaction(2).
	 */
	code: number;
}

/**
 * Waits until one of these signals is pending, and takes it. The process must block these signals first: a signal that
 * is not blocked has its usual effect.
 * @throws {SyscallError} EINTR a signal that is not in `set` was handled
 * @see sigwaitinfo(2)
 */
export function sigwaitinfo(set: readonly number[]): Signal {
	let code = 0;
	const signo = recorded("sigwaitinfo", { set: shown(set) }, () => {
		const answer = callLibrary("k_sigwaitinfo", [int64(mask(set))]);
		if (answer < 0) return answer;
		// libkernel.c puts the code above the signal's 8 bits, and adds 0x8000 to it because the code may be negative.
		code = (answer >> 8) - 0x8000;
		return answer & 0xff;
	});
	return { signo, code };
}

/**
 * Makes a descriptor that delivers signals: {@link poll} waits for them beside other input, and {@link readSignal} takes
 * one. The process must block these signals first.
 * @see signalfd(2)
 */
export function signalfd(set: readonly number[]): number {
	return syscall("signalfd", { fd: "-1", mask: shown(set) }, [int64(mask(set))]);
}

/** Takes a pending signal from a descriptor of {@link signalfd}. Waits until there is one. @see signalfd(2) */
export function readSignal(fd: number): Signal {
	const info = Buffer.alloc(SIGNALFD_SIGINFO_BYTES);
	readSync(fd, info);
	return { signo: info.readUInt32LE(0), code: info.readInt32LE(8) };
}

const SIGNALFD_SIGINFO_BYTES = 128;

/** The name of a signal, such as SIGTERM; the number as a text if no signal has it. */
export function signalName(sig: number): string {
	return Object.entries(constants.signals).find(([, number]) => number === sig)?.[0] ?? String(sig);
}

const shown = (set: readonly number[]) => `[${set.map(signalName).join(", ")}]`;

// Bit n-1 for signal n. Only standard signals work: a double holds integers of up to 53 bits exactly.
const mask = (set: readonly number[]) => [...new Set(set)].reduce((sum, sig) => sum + 2 ** (sig - 1), 0);
