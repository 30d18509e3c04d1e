import { capabilityName } from "./capabilities.ts";
import { int, int64, syscall } from "./library.ts";
import { signalName } from "./signals.ts";

/** Set the signal that this process gets when the thread that forked it ends. See PR_SET_PDEATHSIG(2const). */
export const PR_SET_PDEATHSIG = 1;
/** Set whether other processes may trace this one, and who owns its files in /proc. See PR_SET_DUMPABLE(2const). */
export const PR_SET_DUMPABLE = 4;
/** Set whether the permitted capabilities stay when all user ids change from 0 to others. See PR_SET_KEEPCAPS(2const). */
export const PR_SET_KEEPCAPS = 8;
/** Ask whether a capability is in the bounding set. See PR_CAPBSET_READ(2const). */
export const PR_CAPBSET_READ = 23;
/** Take a capability out of the bounding set, for ever. See PR_CAPBSET_DROP(2const). */
export const PR_CAPBSET_DROP = 24;
/** Get the secure bits. See PR_GET_SECUREBITS(2const). */
export const PR_GET_SECUREBITS = 27;
/** Set the secure bits, which turn off what is special about uid 0. See PR_SET_SECUREBITS(2const). */
export const PR_SET_SECUREBITS = 28;
/** Set whether orphans among this process's descendants become its children. See PR_SET_CHILD_SUBREAPER(2const). */
export const PR_SET_CHILD_SUBREAPER = 36;
/** From now on, execve(2) grants no privilege that this process does not have. See PR_SET_NO_NEW_PRIVS(2const). */
export const PR_SET_NO_NEW_PRIVS = 38;
/** Get whether PR_SET_NO_NEW_PRIVS is set. See PR_GET_NO_NEW_PRIVS(2const). */
export const PR_GET_NO_NEW_PRIVS = 39;
/** Read or change the ambient set: arg2 says what. See PR_CAP_AMBIENT(2const). */
export const PR_CAP_AMBIENT = 47;

/** For PR_CAP_AMBIENT: ask whether the capability arg3 is ambient. */
export const PR_CAP_AMBIENT_IS_SET = 1;
/** For PR_CAP_AMBIENT: add the capability arg3. It must be permitted and inheritable. */
export const PR_CAP_AMBIENT_RAISE = 2;
/** For PR_CAP_AMBIENT: remove the capability arg3. */
export const PR_CAP_AMBIENT_LOWER = 3;
/** For PR_CAP_AMBIENT: remove all. */
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

/** For PR_SET_SECUREBITS: execve(2) gives uid 0 no capabilities. See capabilities(7). */
export const SECBIT_NOROOT = 0x1;
/** For PR_SET_SECUREBITS: a change of user ids changes no capabilities. See capabilities(7). */
export const SECBIT_NO_SETUID_FIXUP = 0x4;
/** For PR_SET_SECUREBITS: the same as PR_SET_KEEPCAPS. See capabilities(7). */
export const SECBIT_KEEP_CAPS = 0x10;
/** For PR_SET_SECUREBITS: no capability can be added to the ambient set. See capabilities(7). */
export const SECBIT_NO_CAP_AMBIENT_RAISE = 0x40;

const OPTIONS = {
	PR_SET_PDEATHSIG,
	PR_SET_DUMPABLE,
	PR_SET_KEEPCAPS,
	PR_CAPBSET_READ,
	PR_CAPBSET_DROP,
	PR_GET_SECUREBITS,
	PR_SET_SECUREBITS,
	PR_SET_CHILD_SUBREAPER,
	PR_SET_NO_NEW_PRIVS,
	PR_GET_NO_NEW_PRIVS,
	PR_CAP_AMBIENT,
} as const;
const AMBIENT = {
	PR_CAP_AMBIENT_IS_SET,
	PR_CAP_AMBIENT_RAISE,
	PR_CAP_AMBIENT_LOWER,
	PR_CAP_AMBIENT_CLEAR_ALL,
} as const;

/**
 * Reads or sets an attribute of the calling thread. A forked process has only one thread.
 * @param option a `PR_*` constant. A forked child inherits what it sets, except for PR_SET_PDEATHSIG and
 * PR_SET_CHILD_SUBREAPER
 * @param arg2 the signal, the capability, or the value: 1 for on, 0 for off
 * @param arg3 with PR_CAP_AMBIENT: the capability
 * @returns the attribute's value, for an option that reads one; otherwise 0
 * @throws {SyscallError} EPERM not permitted; EINVAL no such option, or no such capability
 * @see prctl(2)
 */
export function prctl(option: number, arg2 = 0, arg3 = 0): number {
	const shown = { option: nameIn(OPTIONS, option), arg2: shownArgument(option, arg2) };
	const third = option === PR_CAP_AMBIENT && arg2 !== PR_CAP_AMBIENT_CLEAR_ALL ? { arg3: capabilityName(arg3) } : {};
	return syscall("prctl", { ...shown, ...third }, [int(option), int64(arg2), int64(arg3)]);
}

function shownArgument(option: number, arg2: number): string {
	if (option === PR_SET_PDEATHSIG) return signalName(arg2);
	if (option === PR_CAP_AMBIENT) return nameIn(AMBIENT, arg2);
	return option === PR_CAPBSET_READ || option === PR_CAPBSET_DROP ? capabilityName(arg2) : String(arg2);
}

const nameIn = (names: Readonly<Record<string, number>>, value: number) =>
	Object.entries(names).find(([, one]) => one === value)?.[0] ?? String(value);
