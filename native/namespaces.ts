import { CLONE_FLAGS } from "./constants.ts";
import { flagNames, int, quoted, strings, syscall } from "./library.ts";

/**
 * Gives this process new namespaces of the kinds in `flags`. The process keeps its other namespaces.
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
 * Moves this process into an existing namespace.
 * @param fd an open `/proc/PID/ns/KIND`
 * @param nstype the kind that `fd` must have (`CLONE_NEW*`), or 0 for any
 * @throws {SyscallError} EINVAL wrong kind, or a mount or user namespace in a process with several threads; EPERM
 * @see setns(2)
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
