import { LOCK_EX, type LOCK_UN } from "./constants.ts";
import { int, syscall } from "./library.ts";

/**
 * Takes a lock on an open file or directory, and waits while another process has it; or gives it back. The kernel gives
 * it back when the file is closed everywhere, so also when all that had it open have been killed.
 * @throws {SyscallError} EBADF not open; EINTR a signal was handled first
 * @see flock(2)
 */
export function flock(fd: number, operation: typeof LOCK_EX | typeof LOCK_UN): void {
	const shown = { fd: String(fd), operation: operation === LOCK_EX ? "LOCK_EX" : "LOCK_UN" };
	syscall("flock", shown, [int(fd), int(operation)]);
}
