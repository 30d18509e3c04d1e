import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { DEVICES, type Device, LINKS, MASKED_PATHS, READ_ONLY_PATHS } from "#box/defaults";
import {
	CLONE_NEWCGROUP,
	MS_BIND,
	MS_NODEV,
	MS_NOEXEC,
	MS_NOSUID,
	MS_RDONLY,
	MS_REC,
	MS_REMOUNT,
	makedev,
	mknod,
	mount,
	unshare,
} from "#kernel";

/** What a container is told about itself. */
export interface Names {
	hostname: string;
	address: string;
	/** Addresses of name servers. */
	nameservers: readonly string[];
}

/** For file systems that hold data, and no programs or devices. */
const DATA_ONLY = MS_NOSUID | MS_NODEV | MS_NOEXEC;

/**
 * Gives a container what every program expects: /dev, /sys, a view of its own cgroup, and its names. Takes away what is
 * still the host's: parts of /proc and /sys become read-only or disappear.
 *
 * Called in the process that is about to become the command. Its root is the container's, with /proc mounted, and with the
 * directories /dev, /sys and /etc.
 * @param devices devices besides those of every container
 */
export function prepareRootfs(names: Names, devices: readonly Device[]): void {
	makeDev(devices);
	mountSys();
	// After all other mounts, because a later mount of /sys would cover what is masked there.
	for (const path of READ_ONLY_PATHS.filter(existsSync)) makeReadOnly(path);
	for (const path of MASKED_PATHS.filter(existsSync)) mask(path);
	writeNames(names);
}

function makeDev(devices: readonly Device[]): void {
	// Covers what the image has there. Devices must work here, so there is no MS_NODEV.
	mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k");
	for (const { path, type, major, minor, mode } of [...DEVICES, ...devices]) {
		mknod(path, type | mode, makedev(major, minor));
		// The umask has cleared bits of mknod's mode.
		chmodSync(path, mode);
	}
	for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, path);

	for (const dir of ["/dev/pts", "/dev/shm", "/dev/mqueue"]) mkdirSync(dir);
	// Each mount of devpts is an instance of its own, with terminals of its own.
	mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=666,mode=620,gid=5");
	symlinkSync("pts/ptmx", "/dev/ptmx");
	mount("shm", "/dev/shm", "tmpfs", DATA_ONLY, "mode=1777,size=64m");
	mount("mqueue", "/dev/mqueue", "mqueue", DATA_ONLY, null);
}

function mountSys(): void {
	mount("sysfs", "/sys", "sysfs", MS_RDONLY | DATA_ONLY, null);
	// This process is already in the container's cgroup, which becomes the top of what is mounted.
	unshare(CLONE_NEWCGROUP);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_RDONLY | DATA_ONLY, null);
}

// A bind mount takes its flags from the mount that it is a copy of. Only a second call changes them.
function makeReadOnly(path: string): void {
	mount(path, path, null, MS_BIND | MS_REC, null);
	mount(null, path, null, MS_REMOUNT | MS_BIND | MS_RDONLY | DATA_ONLY, null);
}

function mask(path: string): void {
	if (statSync(path).isDirectory()) mount("tmpfs", path, "tmpfs", MS_RDONLY, null);
	else mount("/dev/null", path, null, MS_BIND, null);
}

function writeNames({ hostname, address, nameservers }: Names): void {
	writeFileSync("/etc/hostname", `${hostname}\n`);
	writeFileSync("/etc/hosts", `127.0.0.1 localhost\n::1 localhost\n${address} ${hostname}\n`);
	writeFileSync("/etc/resolv.conf", nameservers.map((server) => `nameserver ${server}\n`).join(""));
}
