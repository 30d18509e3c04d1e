import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { readMountTable } from "../../../native/mount-table.ts";
import type { HostState, Overlay, Place, ProcessState, Run, TableMount, Task } from "../../protocol/index.ts";
import { readCgroup, readCgroupFiles, readCgroups, readCgroupTree } from "./cgroup.ts";
import { deviceName } from "./device.ts";
import { readEntry, readTree } from "./files.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { inNamespace, readNamespaces, readSplitNamespaces } from "./namespaces.ts";
import { readLinks, readNetwork } from "./network.ts";
import { HARBOUR_ROOT, OWN_PROC } from "./paths.ts";
import {
	below,
	hasExecuted,
	numbers,
	readArguments,
	readDescriptors,
	readEnvironment,
	readPids,
	readStatus,
	readWorld,
} from "./proc.ts";

/**
 * The probe: reads from the kernel what is so. It writes nothing and judges nothing.
 *
 * It stands outside the harbour, which is the host that exercises see: nothing that they do changes what is read here.
 */

/** What a run wants to have read beside what is always read. */
export type Wanted = Pick<Run, "watch" | "files" | "network" | "limits" | "places" | "secrets">;

/** Reads the harbour as its init (pid 1) sees it. */
export function readHost({ watch, network, limits, places }: Wanted): HostState {
	return {
		...inNamespace(1, "uts", () => ({ hostname: readHostname(), domainname: readDomainname() })),
		namespaces: readNamespaces(1),
		mounts: parseMountinfo(readFileSync("/proc/1/mountinfo", "utf8")),
		tasks: readWorld(),
		queues: inNamespace(1, "ipc", readQueues),
		cgroups: readCgroups(),
		limits: limits === undefined ? {} : readCgroupTree(limits),
		links: inNamespace(1, "net", () => readLinks(1)),
		root: readdirSync(HARBOUR_ROOT),
		oomKills: readOomKills(),
		trees: Object.fromEntries(watch.map((path) => [path, readTree(`${HARBOUR_ROOT}${path}`)])),
		network: network ? inNamespace(1, "net", () => readNetwork(true)) : null,
		openNetworks: network ? readOpenNetworks() : [],
		places: Object.fromEntries(places.map((path) => [path, readPlace(`${HARBOUR_ROOT}${path}`)])),
	};
}

/**
 * Reads a process from outside.
 * @param engine the process that has started it, directly or not
 * @param given what that process was started with at 0, 1 and 2
 * @param world all processes, if they have been read already
 * @throws the process has ended meanwhile (ENOENT or ESRCH)
 */
export function readProcess(
	pid: number,
	engine: number,
	{ files, network, secrets = [] }: Wanted,
	given: Record<string, string> = {},
	world: readonly Task[] = readWorld(),
): Omit<ProcessState, "escape" | "table"> {
	const status = readStatus(pid);
	const mask = (name: string) => status.get(name) ?? "";
	const cgroup = readCgroup(pid);
	const descriptors = readDescriptors(pid);
	const mounts = parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, "utf8"));
	return {
		pid,
		nsPids: numbers(status, "NSpid"),
		namespaces: readNamespaces(pid),
		splitNamespaces: readSplitNamespaces(pid),
		hostname: inNamespace(pid, "uts", readHostname),
		queues: inNamespace(pid, "ipc", readQueues),
		mounts,
		cwd: readlinkSync(`/proc/${pid}/cwd`),
		...readRoot(pid),
		openPlaces: readOpenPlaces(pid, descriptors),
		secrets: found(pid, mounts, secrets),
		cwdInsideRoot: cwdInsideRoot(pid),
		procPids: readProcPids(pid),
		cgroup,
		cgroupFiles: readCgroupFiles(cgroup),
		arguments: readArguments(pid),
		environment: readEnvironment(pid),
		tasks: below(engine, world),
		copies: countCopies(pid),
		enginePid: engine,
		engineInHostRoot: directoryAt(`/proc/${engine}/root/.`) === directoryAt("/proc/1/root/."),
		engineNamespaces: readNamespaces(engine),
		engineCgroup: readCgroup(engine),
		descriptors,
		engineDescriptors: given,
		signals: { blocked: mask("SigBlk"), ignored: mask("SigIgn"), caught: mask("SigCgt") },
		overlay: readOverlay(mounts),
		files: Object.fromEntries(files.map((path) => [path, readEntry(`/proc/${pid}/root`, path)])),
		links: inNamespace(pid, "net", () => readLinks(pid)),
		network: network ? inNamespace(pid, "net", () => readNetwork(false)) : null,
		credentials: {
			uids: numbers(status, "Uid"),
			gids: numbers(status, "Gid"),
			capabilities: mask("CapEff"),
			boundingSet: mask("CapBnd"),
		},
	};
}

/** What a process's root is: which directory, and what is in it. */
export function readRoot(pid: number): Pick<ProcessState, "root" | "rootPlace"> {
	return { root: readdirSync(`/proc/${pid}/root`), rootPlace: readPlace(`/proc/${pid}/root`) };
}

// Whichever process of the harbour has them open. See namespaces(7): an open file keeps a namespace.
function readOpenNetworks(): string[] {
	const open = readPids("/proc").flatMap((pid) => {
		try {
			return Object.values(readDescriptors(pid)).filter((link) => link.startsWith("net:["));
		} catch {
			return []; // It ended while it was read.
		}
	});
	return [...new Set(open)];
}

/** Reads all of the mount namespace that a process is in. */
export function readTable(pid: number): TableMount[] {
	const namespace = openSync(`/proc/${pid}/ns/mnt`, "r");
	try {
		return readMountTable(namespace);
	} finally {
		closeSync(namespace);
	}
}

/** The file systems that hold files of the host's: not those that are windows into the kernel. */
export function fileSystemsOf(mounts: HostState["mounts"]): string[] {
	const windows = ["proc", "sysfs", "cgroup2", "mqueue"];
	return [...new Set(mounts.filter(({ fstype }) => !windows.includes(fstype)).map(({ device }) => device))];
}

/** What names a file or directory, whatever path leads to it; null where there is none. */
function readPlace(path: string): Place | null {
	try {
		const { dev, ino } = statSync(path);
		return { device: deviceName(dev), inode: String(ino) };
	} catch {
		return null;
	}
}

// An overlay of a directory of the host's has the directory's files, and a device of its own.
function found(pid: number, mounts: ProcessState["mounts"], secrets: readonly string[]): string[] {
	const places = secrets.length === 0 ? [] : [...new Set(["/", ...mounts.map(({ mountPoint }) => mountPoint)])];
	const paths = places.flatMap((place) => secrets.map((secret) => `${place === "/" ? "" : place}/${secret}`));
	return paths.filter((path) => readPlace(`/proc/${pid}/root${path}`) !== null);
}

function readOpenPlaces(pid: number, descriptors: Record<string, string>): Record<string, Place> {
	const places = Object.keys(descriptors).map((fd) => [fd, readPlace(`/proc/${pid}/fd/${fd}`)] as const);
	return Object.fromEntries(places.flatMap(([fd, place]) => (place === null ? [] : [[fd, place]])));
}

const readHostname = () => readFileSync("/proc/sys/kernel/hostname", "utf8").trim();
const readDomainname = () => readFileSync("/proc/sys/kernel/domainname", "utf8").trim();

// The first line holds the headings; the first column the key. See proc_sysvipc(5).
function readQueues(): string[] {
	const lines = readFileSync("/proc/sysvipc/msg", "utf8").trim().split("\n").slice(1);
	return lines.map((line) => line.trim().split(/\s+/)[0] ?? "");
}

// "oom_kill 3": since the machine started. See proc_vmstat(5).
const readOomKills = () => Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);

// The directories of an overlay are in its options, as they were named when it was mounted: that was on the host.
function readOverlay(mounts: ProcessState["mounts"]): Overlay | null {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	if (root?.fstype !== "overlay") return null;
	const option = (name: string) => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(root.options)?.[1] ?? "";
	const upperdir = option("upperdir");
	return {
		lowerdirs: option("lowerdir").split(":"),
		upperdir,
		workdir: option("workdir"),
		upper: (upperdir === "" ? null : readTree(`${HARBOUR_ROOT}${upperdir}`)) ?? [],
	};
}

// Walks up from the current directory. ".." stops at the top of a tree that is detached or that the process's root
// is not above: then its root was never met.
function cwdInsideRoot(pid: number): boolean {
	const root = directoryAt(`/proc/${pid}/root/.`);
	for (let path = `/proc/${pid}/cwd/.`, last = ""; ; path += "/..") {
		const here = directoryAt(path);
		if (here === root) return true;
		if (here === last) return false;
		last = here;
	}
}

// What tells one directory from another. Not device and inode: a bind mount shows one directory, with one inode number, in
// two places.
function directoryAt(path: string): string {
	const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
	try {
		const info = readFileSync(`${OWN_PROC}/thread-self/fdinfo/${fd}`, "utf8");
		return `${/mnt_id:\s*(\d+)/.exec(info)?.[1]} ${/ino:\s*(\d+)/.exec(info)?.[1]}`;
	} finally {
		closeSync(fd);
	}
}

// A shell's own child has its parent's arguments, too, but it has become no program since its fork.
function countCopies(pid: number): number {
	const own = readArguments(pid).join("\0");
	return readPids("/proc").filter((other) => readArguments(other).join("\0") === own && hasExecuted(other)).length;
}

function readProcPids(pid: number): number[] | null {
	try {
		const pids = readPids(`/proc/${pid}/root/proc`);
		return pids.length > 0 ? pids : null;
	} catch {
		return null; // The container has no /proc directory.
	}
}
