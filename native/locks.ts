import { LOCK_OPERATIONS } from "./constants.ts";
import { flagNames, int, syscall } from "./library.ts";

/**
 * Locks or unlocks an open file or directory. Before it locks, it waits while others have a lock that excludes this
 * one. The lock belongs to the open file: a forked child has it, too. The kernel releases the lock when the last
 * descriptor of this open file is closed, for example because all processes that had it were killed.
 * @param operation `LOCK_SH`, `LOCK_EX` or `LOCK_UN`; combined with `LOCK_NB` by `|`, it never waits
 * @throws {SyscallError} EAGAIN (the manual calls it EWOULDBLOCK) somebody else has the lock, with LOCK_NB; EBADF not
 * open; EINTR a signal was handled first
 * @see flock(2)
 */
export function flock(fd: number, operation: number): void {
	syscall("flock", { fd: String(fd), operation: flagNames(operation, LOCK_OPERATIONS) }, [int(fd), int(operation)]);
}
