import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { setns } from "../../native/namespaces.ts";
import type { HostState, Link, ProcessState, Task } from "../protocol.ts";
import { parseMountinfo } from "./mountinfo.ts";

/**
 * The probe: reads from the kernel what is so. It writes nothing and judges nothing.
 *
 * It stands in the agent's private mount namespace, so `/proc` here is always the guest host's own.
 */

const NAMESPACES = [
	"cgroup",
	"ipc",
	"mnt",
	"net",
	"pid",
	"pid_for_children",
	"time",
	"time_for_children",
	"user",
	"uts",
];

/** Reads the guest's host as its init (pid 1) sees it. */
export function readHost(): HostState {
	return {
		hostname: inNamespace(1, "uts", readHostname),
		namespaces: readNamespaces(1),
		mounts: parseMountinfo(readFileSync("/proc/1/mountinfo", "utf8")),
		tasks: readTasks(1),
		queues: inNamespace(1, "ipc", readQueues),
		cgroups: readCgroups(),
		links: inNamespace(1, "net", () => readLinks(1)),
		root: readdirSync("/proc/1/root"),
		oomKills: readOomKills(),
	};
}

/**
 * Reads a process from outside.
 * @throws the process has ended meanwhile (ENOENT or ESRCH)
 */
export function readProcess(pid: number): Omit<ProcessState, "escape"> {
	const status = readStatus(pid);
	const numbers = (name: string) => (status.get(name) ?? "").split(/\s+/).filter(Boolean).map(Number);
	return {
		pid,
		nsPids: numbers("NSpid"),
		namespaces: readNamespaces(pid),
		splitNamespaces: readSplitNamespaces(pid),
		hostname: inNamespace(pid, "uts", readHostname),
		queues: inNamespace(pid, "ipc", readQueues),
		mounts: parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, "utf8")),
		cwd: readlinkSync(`/proc/${pid}/cwd`),
		root: readdirSync(`/proc/${pid}/root`),
		cwdInsideRoot: cwdInsideRoot(pid),
		procPids: readProcPids(pid),
		cgroup: readFileSync(`/proc/${pid}/cgroup`, "utf8").trim(),
		links: inNamespace(pid, "net", () => readLinks(pid)),
		credentials: {
			uids: numbers("Uid"),
			gids: numbers("Gid"),
			capabilities: status.get("CapEff") ?? "",
			boundingSet: status.get("CapBnd") ?? "",
		},
	};
}

/**
 * Lists a process and all that descend from it, the eldest first. From pid 1 that is every process of the guest: the
 * kernel's own threads descend from pid 2.
 */
export function readTasks(pid: number): Task[] {
	try {
		const task = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
		const children = readPids(`/proc/${pid}/task`).flatMap((thread) =>
			readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
		);
		return [task, ...children.flatMap((child) => readTasks(child))];
	} catch {
		return []; // Ended since its parent was read.
	}
}

/** The arguments of a process; none for a zombie or a process that has ended. */
export function readArguments(pid: number): string[] {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
	} catch {
		return [];
	}
}

// "4 (a) b) S 1 …": the name may hold parentheses, so it ends at the last one. See proc_pid_stat(5).
function parseStat(stat: string): Task {
	const end = stat.lastIndexOf(")");
	const [state = "", ppid = "0"] = stat.slice(end + 2).split(" ");
	const start = stat.indexOf("(");
	return { pid: Number(stat.slice(0, start)), ppid: Number(ppid), comm: stat.slice(start + 1, end), state };
}

function readStatus(pid: number): Map<string, string> {
	const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n").filter(Boolean);
	return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
}

function readPids(proc: string): number[] {
	return readdirSync(proc)
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

function readNamespaces(pid: number, task = pid): Record<string, string> {
	return Object.fromEntries(NAMESPACES.map((name) => [name, readNamespace(`/proc/${pid}/task/${task}/ns/${name}`)]));
}

// pid_for_children has no target until the first child of the new namespace exists.
function readNamespace(link: string): string {
	try {
		return readlinkSync(link);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT" && link.endsWith("_for_children")) return "none yet";
		throw error;
	}
}

function readSplitNamespaces(pid: number): string[] {
	const threads = readPids(`/proc/${pid}/task`).map((task) => readNamespaces(pid, task));
	return NAMESPACES.filter((name) => new Set(threads.map((namespaces) => namespaces[name])).size > 1);
}

// A namespace belongs to a thread: only this one goes there, and synchronous reads stay on it. Mount and user
// namespaces cannot be entered so (setns(2), EINVAL in a process with several threads).
function inNamespace<T>(pid: number, kind: "uts" | "ipc" | "net", read: () => T): T {
	const there = `/proc/${pid}/ns/${kind}`;
	if (readlinkSync(there) === readlinkSync(`/proc/thread-self/ns/${kind}`)) return read();
	const home = openSync(`/proc/thread-self/ns/${kind}`, "r");
	const target = openSync(there, "r");
	try {
		setns(target, 0);
		return read();
	} finally {
		setns(home, 0);
		closeSync(home);
		closeSync(target);
	}
}

const readHostname = () => readFileSync("/proc/sys/kernel/hostname", "utf8").trim();

// The first line holds the headings; the first column the key. See proc_sysvipc(5).
function readQueues(): string[] {
	const lines = readFileSync("/proc/sysvipc/msg", "utf8").trim().split("\n").slice(1);
	return lines.map((line) => line.trim().split(/\s+/)[0] ?? "");
}

function readLinks(pid: number): Link[] {
	const names = readFileSync(`/proc/${pid}/net/dev`, "utf8").split("\n").slice(2).filter(Boolean);
	const up = networkInterfaces();
	return names
		.map((line) => line.slice(0, line.indexOf(":")).trim())
		.map((name) => ({
			name,
			up: up[name] !== undefined,
			addresses: (up[name] ?? []).map((address) => address.cidr ?? address.address),
		}));
}

// "oom_kill 3": since the machine started. See proc_vmstat(5).
const readOomKills = () => Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);

function readCgroups(dir = "/sys/fs/cgroup", path = ""): string[] {
	const children = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	return children.flatMap(({ name }) => [`${path}/${name}`, ...readCgroups(`${dir}/${name}`, `${path}/${name}`)]);
}

// Walks up from the current directory. ".." stops at the top of a tree that is detached or that the process's root
// is not above: then its root was never met.
function cwdInsideRoot(pid: number): boolean {
	// Not device and inode: a bind mount shows one directory, with one inode number, in two places.
	const identity = (path: string) => {
		const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
		try {
			const info = readFileSync(`/proc/thread-self/fdinfo/${fd}`, "utf8");
			return `${/mnt_id:\s*(\d+)/.exec(info)?.[1]} ${/ino:\s*(\d+)/.exec(info)?.[1]}`;
		} finally {
			closeSync(fd);
		}
	};
	const root = identity(`/proc/${pid}/root/.`);
	for (let path = `/proc/${pid}/cwd/.`, last = ""; ; path += "/..") {
		const here = identity(path);
		if (here === root) return true;
		if (here === last) return false;
		last = here;
	}
}

function readProcPids(pid: number): number[] | null {
	try {
		const pids = readPids(`/proc/${pid}/root/proc`);
		return pids.length > 0 ? pids : null;
	} catch {
		return null; // The container has no /proc directory.
	}
}
