import { int, int64, syscall } from "./library.ts";

/** What each capability allows is in capabilities(7). The values are those of `include/uapi/linux/capability.h`. */
export const CAP_CHOWN = 0;
export const CAP_DAC_OVERRIDE = 1;
export const CAP_DAC_READ_SEARCH = 2;
export const CAP_FOWNER = 3;
export const CAP_FSETID = 4;
export const CAP_KILL = 5;
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SETPCAP = 8;
export const CAP_LINUX_IMMUTABLE = 9;
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_BROADCAST = 11;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;
export const CAP_IPC_LOCK = 14;
export const CAP_IPC_OWNER = 15;
export const CAP_SYS_MODULE = 16;
export const CAP_SYS_RAWIO = 17;
export const CAP_SYS_CHROOT = 18;
export const CAP_SYS_PTRACE = 19;
export const CAP_SYS_PACCT = 20;
export const CAP_SYS_ADMIN = 21;
export const CAP_SYS_BOOT = 22;
export const CAP_SYS_NICE = 23;
export const CAP_SYS_RESOURCE = 24;
export const CAP_SYS_TIME = 25;
export const CAP_SYS_TTY_CONFIG = 26;
export const CAP_MKNOD = 27;
export const CAP_LEASE = 28;
export const CAP_AUDIT_WRITE = 29;
export const CAP_AUDIT_CONTROL = 30;
export const CAP_SETFCAP = 31;
export const CAP_MAC_OVERRIDE = 32;
export const CAP_MAC_ADMIN = 33;
export const CAP_SYSLOG = 34;
export const CAP_WAKE_ALARM = 35;
export const CAP_BLOCK_SUSPEND = 36;
export const CAP_AUDIT_READ = 37;
export const CAP_PERFMON = 38;
export const CAP_BPF = 39;
export const CAP_CHECKPOINT_RESTORE = 40;

/** All capabilities by name, each at the index that is its number. */
export const CAPABILITY_NAMES = [
	...["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID"],
	...["CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST"],
	...["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO"],
	...["CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE"],
	...["CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE"],
	...["CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM"],
	...["CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"],
] as const;

/** The three sets of a thread that capget(2) and capset(2) read and change: numbers of capabilities, in any order. */
export interface CapabilitySets {
	/** What the kernel checks. */
	effective: readonly number[];
	/** What the thread may make effective. */
	permitted: readonly number[];
	/** What execve(2) keeps, for a program whose file allows it. What is ambient must be inheritable, too. */
	inheritable: readonly number[];
}

/** The sets of this process's thread. @see capget(2) */
export function capget(): CapabilitySets {
	const masks = [0, 1, 2].map((set) => callForSet(set));
	const [effective = [], permitted = [], inheritable = []] = masks.map(numbersIn);
	return { effective, permitted, inheritable };
}

/**
 * Replaces the sets of the calling thread. A forked process has only one thread.
 *
 * execve(2) computes the sets anew. For root, it gives everything back that is in the bounding set.
 * @throws {SyscallError} EPERM a permitted capability that was not permitted before, or an effective one that is not
 * permitted, or an inheritable one that is neither permitted nor bounded
 * @see capset(2), capabilities(7): Transformation of capabilities during execve()
 */
export function capset(sets: CapabilitySets): void {
	const { effective, permitted, inheritable } = sets;
	const shown = {
		effective: namesOf(effective),
		permitted: namesOf(permitted),
		inheritable: namesOf(inheritable),
	};
	syscall(
		"capset",
		shown,
		[effective, permitted, inheritable].map((set) => int64(maskOf(set))),
	);
}

/** Shows a capability as it would be written in C. */
export const capabilityName = (capability: number): string => CAPABILITY_NAMES[capability] ?? String(capability);

const namesOf = (set: readonly number[]) => `{ ${set.map(capabilityName).join(", ")} }`;

// The masks have 41 bits, so bit operators, which work on 32, do not do.
const maskOf = (set: readonly number[]) => [...new Set(set)].reduce((mask, number) => mask + 2 ** number, 0);
const numbersIn = (mask: number) =>
	CAPABILITY_NAMES.map((_, number) => number).filter((number) => Math.floor(mask / 2 ** number) % 2 === 1);

const SET_NAMES = ["effective", "permitted", "inheritable"] as const;
const callForSet = (set: number) => syscall("capget", { set: SET_NAMES[set] ?? "" }, [int(set)]);
