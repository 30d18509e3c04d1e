import { closeSync, openSync, readlinkSync } from "node:fs";
import { setns } from "../../../native/namespaces.ts";
import { AGENT_PROC } from "./paths.ts";
import { readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

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

export const namespaces: Reader<"namespaces"> = () => ({
	host: () => ({ namespaces: readNamespaces(1) }),
	process: ({ pid }) => ({ namespaces: readNamespaces(pid), splitNamespaces: readSplitNamespaces(pid) }),
});

/** The namespaces of a process, or of one of its threads. @see namespaces(7) */
export function readNamespaces(pid: number, task = pid): Record<string, string> {
	return Object.fromEntries(NAMESPACES.map((name) => [name, readNamespace(`/proc/${pid}/task/${task}/ns/${name}`)]));
}

/** The kinds of namespace that a process's threads do not share. */
function readSplitNamespaces(pid: number): string[] {
	const tasks = readPids(`/proc/${pid}/task`);
	if (tasks.length < 2) return [];
	const threads = tasks.map((task) => readNamespaces(pid, task));
	return NAMESPACES.filter((name) => new Set(threads.map((namespaces) => namespaces[name])).size > 1);
}

/**
 * Calls `read` in a namespace of a process.
 *
 * setns(2) moves only the calling thread. So `read` must be synchronous. Programs that `read` starts are in the
 * namespace, too. Mount and user namespaces cannot be entered like this: setns(2) fails with EINVAL, because this
 * process has several threads, which share their root.
 */
export function inNamespace<T>(pid: number, kind: "uts" | "ipc" | "net", read: () => T): T {
	const there = `/proc/${pid}/ns/${kind}`;
	const here = `${AGENT_PROC}/thread-self/ns/${kind}`;
	return readlinkSync(there) === readlinkSync(here) ? read() : inNamespaceAt(there, kind, read);
}

/** The same for the namespace that a file refers to, such as the files of ip-netns(8). */
export function inNamespaceAt<T>(there: string, kind: "uts" | "ipc" | "net", read: () => T): T {
	const here = `${AGENT_PROC}/thread-self/ns/${kind}`;
	const home = openSync(here, "r");
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

// pid_for_children has no target until the first child of the new namespace exists.
function readNamespace(link: string): string {
	try {
		return readlinkSync(link);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT" && link.endsWith("_for_children")) return "none yet";
		throw error;
	}
}
