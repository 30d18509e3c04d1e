import { S_IFCHR } from "#kernel";

/** A device of the kernel, and where a container finds it. */
export interface Device {
	path: string;
	/** `S_IFCHR` or `S_IFBLK`. */
	type: number;
	major: number;
	minor: number;
	/** Who may use it, such as 0o666: everybody. */
	mode: number;
}

const forEverybody = (path: string, major: number, minor: number): Device => ({
	...{ path, major, minor },
	type: S_IFCHR,
	mode: 0o666,
});

/** The devices of every container. See "Default Devices" in the OCI's runtime specification for Linux. */
export const DEVICES: readonly Device[] = [
	forEverybody("/dev/null", 1, 3),
	forEverybody("/dev/zero", 1, 5),
	forEverybody("/dev/full", 1, 7),
	forEverybody("/dev/random", 1, 8),
	forEverybody("/dev/urandom", 1, 9),
	forEverybody("/dev/tty", 5, 0),
];

/** Links in /dev that programs expect, each with its target. */
export const LINKS: Readonly<Record<string, string>> = {
	"/dev/fd": "/proc/self/fd",
	"/dev/stdin": "/proc/self/fd/0",
	"/dev/stdout": "/proc/self/fd/1",
	"/dev/stderr": "/proc/self/fd/2",
};

/** What a container may read, but not change. A kernel need not have all of these paths. */
export const READ_ONLY_PATHS: readonly string[] = [
	"/proc/asound",
	"/proc/bus",
	"/proc/fs",
	"/proc/irq",
	"/proc/sys",
	"/proc/sysrq-trigger",
];

/** What a container may not even read: files and directories. A kernel need not have all of these paths. */
export const MASKED_PATHS: readonly string[] = [
	"/proc/acpi",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/sys/dev/block",
	"/sys/firmware",
	"/sys/fs/selinux",
];
