import { bytes, int, int64, syscall } from "./library.ts";

/*
 * In the kernel, each thread has ids of its own, and a system call changes those of its caller alone. The C library's
 * functions, which are called here, change all threads of the process. A forked process has only one thread. execve(2)
 * ends all threads but its caller, so the new program has the caller's ids.
 */

/**
 * Sets the real, the effective and the saved user id of this process; -1 leaves an id as it is. With CAP_SETUID, an id
 * may become any number; without it, only a number that one of the three has.
 *
 * Once none of the three ids is 0, the process has lost all its capabilities, and none of these calls makes it root again.
 * @throws {SyscallError} EPERM no CAP_SETUID
 * @see setresuid(2), credentials(7), capabilities(7)
 */
export function setresuid(ruid: number, euid: number, suid: number): void {
	const shown = { ruid: String(ruid), euid: String(euid), suid: String(suid) };
	syscall("setresuid", shown, [int64(ruid), int64(euid), int64(suid)]);
}

/**
 * Sets the real, the effective and the saved group id of this process; -1 leaves an id as it is. The supplementary
 * groups stay as they are: see {@link setgroups}.
 * @throws {SyscallError} EPERM no CAP_SETGID
 * @see setresgid(2), credentials(7)
 */
export function setresgid(rgid: number, egid: number, sgid: number): void {
	const shown = { rgid: String(rgid), egid: String(egid), sgid: String(sgid) };
	syscall("setresgid", shown, [int64(rgid), int64(egid), int64(sgid)]);
}

/**
 * Replaces the supplementary groups of this process. An empty list takes all of them away.
 * @param list group ids, in any order
 * @throws {SyscallError} EPERM no CAP_SETGID; EINVAL too many
 * @see setgroups(2), credentials(7)
 */
export function setgroups(list: readonly number[]): void {
	const shown = { size: String(list.length), list: `[${list.join(", ")}]` };
	syscall("setgroups", shown, [int(list.length), bytes(Buffer.from(Uint32Array.from(list).buffer))]);
}
