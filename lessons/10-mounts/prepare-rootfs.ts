import type { Device } from "#box/defaults";

/** What a container is told about itself. */
export interface Names {
	hostname: string;
	address: string;
	/** Addresses of name servers. */
	nameservers: readonly string[];
}

/**
 * Makes the devices, mounts and files that every program expects, and covers what is still the host's. The engine calls
 * this function in the process that is about to become the command. The root directory of that process is the
 * container's. It has the directories /dev, /sys and /etc, and /proc is mounted.
 *
 * @param names what the files in /etc say
 * @param devices devices besides those of every container
 */
export function prepareRootfs(_names: Names, _devices: readonly Device[]): void {
	// TODO(10.1) mount a tmpfs on /dev; make DEVICES and devices there, and LINKS: import them from "#box/defaults"
	// TODO(10.2) mount devpts on /dev/pts, and link /dev/ptmx to it; mount a tmpfs on /dev/shm, and mqueue on /dev/mqueue
	// TODO(10.3) mount sysfs on /sys; make the container's cgroup the top, and mount cgroup2 on /sys/fs/cgroup
	// TODO(10.4) make READ_ONLY_PATHS read-only
	// TODO(10.5) cover MASKED_PATHS
	// TODO(10.6) write /etc/hostname, /etc/hosts and /etc/resolv.conf
}
