import { CLONE_FLAGS } from "./constants.ts";
import { flagNames, int, quoted, strings, syscall } from "./library.ts";

/**
 * Gives the calling thread new namespaces of the kinds in `flags`. It keeps its other namespaces.
 *
 * CLONE_NEWPID and CLONE_NEWTIME are different: the new namespace is for children that are forked from now on, not for
 * the caller.
 * @param flags `CLONE_NEW*` constants, combined with `|`
 * @throws {SyscallError} EINVAL unknown flag, or CLONE_NEWUSER in a process with several threads; EPERM no
 * CAP_SYS_ADMIN; ENOSPC too many namespaces
 * @see unshare(2), namespaces(7)
 */
export function unshare(flags: number): void {
	syscall("unshare", { flags: flagNames(flags, CLONE_FLAGS) }, [int(flags)]);
}

/**
 * Opens a process: the descriptor stands for this one process. A pid may belong to another process later, a descriptor
 * does not. It is close-on-exec.
 * @param pid a process, as this process's PID namespace numbers it
 * @param flags 0
 * @returns a descriptor, for {@link setns}
 * @throws {SyscallError} ESRCH no such process; EINVAL an unknown flag, or no valid pid
 * @see pidfd_open(2)
 */
export function pidfdOpen(pid: number, flags = 0): number {
	return syscall("pidfd_open", { pid: String(pid), flags: String(flags) }, [int(pid), int(flags)]);
}

/**
 * Moves the calling thread into existing namespaces. With CLONE_NEWNS, its root and its current directory become the root of
 * that mount namespace.
 *
 * CLONE_NEWPID and CLONE_NEWTIME are different: the namespace is for children that are forked from now on, not for the
 * caller.
 * @param fd an open `/proc/PID/ns/KIND`, for one namespace; or a process that {@link pidfdOpen} has opened, for several
 * of its namespaces: either all of them are entered, or none
 * @param nstype for a namespace, the kind that it must have (`CLONE_NEW*`), or 0 for any; for a process, the kinds of
 * namespaces to enter, combined with `|`
 * @throws {SyscallError} EINVAL wrong kind; no kind, for a process; this process's own user namespace; a mount or user
 * namespace in a process with several threads. ESRCH the process has ended; EPERM no CAP_SYS_ADMIN
 * @see setns(2), namespaces(7)
 */
export function setns(fd: number, nstype: number): void {
	syscall("setns", { fd: String(fd), nstype: flagNames(nstype, CLONE_FLAGS) }, [int(fd), int(nstype)]);
}

/**
 * Sets the hostname of this process's UTS namespace. Every process in that namespace sees the new name.
 * @param name at most 64 bytes
 * @throws {SyscallError} EINVAL too long; EPERM no CAP_SYS_ADMIN over the UTS namespace
 * @see sethostname(2), uts_namespaces(7)
 */
export function sethostname(name: string): void {
	syscall("sethostname", { name: quoted(name) }, [strings(name)]);
}
