import { LOCK_EX, type LOCK_UN } from "./constants.ts";
import { int, syscall } from "./library.ts";

/**
 * Locks an open file or directory, and waits while another process has the lock; or unlocks it. The kernel also unlocks
 * it when the last descriptor of this open file is closed, for example because all processes that had it were killed.
 * @throws {SyscallError} EBADF not open; EINTR a signal was handled first
 * @see flock(2)
 */
export function flock(fd: number, operation: typeof LOCK_EX | typeof LOCK_UN): void {
	const shown = { fd: String(fd), operation: operation === LOCK_EX ? "LOCK_EX" : "LOCK_UN" };
	syscall("flock", shown, [int(fd), int(operation)]);
}
