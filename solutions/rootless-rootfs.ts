import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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
	mount,
	unshare,
} from "#kernel";
import { hideHostTrees, hostTree } from "./host-trees.ts";

/**
 * Does the work of lesson 10 for a container of an ordinary user. Two things are different: the kernel lets no user
 * namespace make devices, so the host's device files are mounted; and the group `tty`, 5, may have no number.
 */

const DATA_ONLY = MS_NOSUID | MS_NODEV | MS_NOEXEC;

/** The group `tty`, which owns terminals. */
const TTY = 5;

interface Names {
	hostname: string;
	address: string;
	nameservers: readonly string[];
}

/**
 * Called between `showHostTrees` and the command's start.
 * @param devices devices besides those of every container
 */
export function prepareRootlessRootfs(names: Names, devices: readonly Device[]): void {
	makeDev(devices);
	mount("sysfs", "/sys", "sysfs", MS_RDONLY | DATA_ONLY, null);
	hideHostTrees();
	unshare(CLONE_NEWCGROUP);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", MS_RDONLY | DATA_ONLY, null);
	for (const path of READ_ONLY_PATHS.filter(existsSync)) {
		mount(path, path, null, MS_BIND | MS_REC, null);
		mount(null, path, null, MS_REMOUNT | MS_BIND | MS_RDONLY | DATA_ONLY, null);
	}
	for (const path of MASKED_PATHS.filter(existsSync)) {
		if (statSync(path).isDirectory()) mount("tmpfs", path, "tmpfs", MS_RDONLY, null);
		else mount("/dev/null", path, null, MS_BIND, null);
	}
	writeNames(names);
}

function makeDev(devices: readonly Device[]): void {
	mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k");
	for (const { path } of [...DEVICES, ...devices]) {
		writeFileSync(path, "");
		mount(hostTree(path), path, null, MS_BIND, null);
	}
	for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, path);
	for (const dir of ["/dev/pts", "/dev/shm", "/dev/mqueue"]) mkdirSync(dir);
	const tty = hasGroup(TTY) ? `,gid=${TTY}` : "";
	mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, `ptmxmode=666,mode=620${tty}`);
	symlinkSync("pts/ptmx", "/dev/ptmx");
	mount("shm", "/dev/shm", "tmpfs", DATA_ONLY, "mode=1777,size=64m");
	mount("mqueue", "/dev/mqueue", "mqueue", DATA_ONLY, null);
}

// A line has the first id inside, the first one outside, and how many. See user_namespaces(7).
function hasGroup(gid: number): boolean {
	const lines = readFileSync(hostTree("/proc/self/gid_map"), "utf8").trim().split("\n");
	const numbers = lines.map((line) => line.trim().split(/\s+/).map(Number));
	return numbers.some(([inside = 0, , count = 0]) => gid >= inside && gid < inside + count);
}

function writeNames({ hostname, address, nameservers }: Names): void {
	writeFileSync("/etc/hostname", `${hostname}\n`);
	writeFileSync("/etc/hosts", `127.0.0.1 localhost\n::1 localhost\n${address} ${hostname}\n`);
	writeFileSync("/etc/resolv.conf", nameservers.map((server) => `nameserver ${server}\n`).join(""));
}
