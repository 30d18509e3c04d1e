import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Task } from "../tasks.ts";
import { AGENT_PROC } from "./paths.ts";

/**
 * What /proc/PID/stat says of a process. Its pids in PID namespaces are in /proc/PID/status: to read both files takes
 * twice as long.
 */
export type TaskStat = Omit<Task, "nsPids">;

/** Lists every process of the harbour. The kernel's threads are not in the harbour. */
export const readHarbourTasks = (): Task[] => readHarbourProcesses(readTask);

/** The same without the pids in the PID namespaces. */
export const readHarbourStats = (): TaskStat[] => readHarbourProcesses(readStat);

function readHarbourProcesses<One>(read: (pid: number) => One): One[] {
	return readPids("/proc").flatMap((pid) => {
		try {
			return [read(pid)];
		} catch {
			return []; // Ended since /proc was read.
		}
	});
}

/** Lists a process and all its descendants, a parent before its children. */
export const readDescendants = (pid: number): Task[] => readDescendantsWith(pid, readTask);

/** The same without the pids in the PID namespaces. */
export const readDescendantStats = (pid: number): TaskStat[] => readDescendantsWith(pid, readStat);

function readDescendantsWith<One>(pid: number, read: (pid: number) => One): One[] {
	try {
		const one = read(pid);
		const children = readPids(`/proc/${pid}/task`).flatMap((thread) =>
			readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
		);
		return [one, ...children.flatMap((child) => readDescendantsWith(child, read))];
	} catch {
		return []; // Ended since its parent was read.
	}
}

/** The descendants of a process in a list, a parent before its children. The process itself is not among them. */
export function descendantsIn(pid: number, tasks: readonly Task[]): Task[] {
	return tasks.filter(({ ppid }) => ppid === pid).flatMap((task) => [task, ...descendantsIn(task.pid, tasks)]);
}

/**
 * When a process was started, in clock ticks since boot; null if there is no such process. Pid and start together
 * identify a process.
 */
export function readStartTicks(pid: number): number | null {
	try {
		return readStat(pid).startTicks;
	} catch {
		return null;
	}
}

/** The arguments of a process; none for a zombie or a process that has ended. */
export function readArguments(pid: number): string[] {
	return readStrings(`/proc/${pid}/cmdline`);
}

/** A process's cgroup, as the host sees it: `0::/PATH`. */
export function readCgroup(pid: number): string {
	return readFileSync(`/proc/${pid}/cgroup`, "utf8").trim();
}

/**
 * Whether the process has called execve since its fork; false if it has ended. execve clears PF_FORKNOEXEC in `flags`,
 * field 9 of proc_pid_stat(5). The kernel's include/linux/sched.h defines this bit.
 */
export function hasExecuted(pid: number): boolean {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const flags = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6]);
		return (flags & PF_FORKNOEXEC) === 0;
	} catch {
		return false; // It has ended meanwhile.
	}
}

const PF_FORKNOEXEC = 0x40;

/** The environment that a process started with, as NAME=VALUE; none for a zombie or a process that has ended. */
export function readEnvironment(pid: number): string[] {
	return readStrings(`/proc/${pid}/environ`);
}

// Each string ends in a zero byte. A string that is longer than the protocol's longest text is cut.
function readStrings(file: string): string[] {
	try {
		const strings = readFileSync(file, "utf8").split("\0").slice(0, -1);
		return strings.map((string) => string.slice(0, 8192));
	} catch {
		return [];
	}
}

/** The lines of /proc/PID/status by name. @throws the process has ended */
export function readStatus(pid: number): Map<string, string> {
	const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n").filter(Boolean);
	return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
}

/** Whether a process is about to act: it runs, or waits for a disk. See proc_pid_stat(5). */
export const isAwake = ({ state }: Pick<Task, "state">): boolean => state === "R" || state === "D";

/** How often a process's first thread has got the processor; 0 if the process has ended. */
export function readTimeslices(pid: number): number {
	try {
		return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[2]);
	} catch {
		return 0;
	}
}

/**
 * The kernel's function in which a process's first thread sleeps, as in proc_pid_wchan(5), such as do_wait; empty if it
 * does not sleep or has ended.
 */
export function readWaitingFunction(pid: number): string {
	try {
		const name = readFileSync(`/proc/${pid}/wchan`, "utf8");
		return name === "0" ? "" : name;
	} catch {
		return "";
	}
}

/** A process's state, as in proc_pid_stat(5); empty if the process has ended. */
export function readState(pid: number): string {
	try {
		return readStat(pid).state;
	} catch {
		return "";
	}
}

/**
 * The pending signals of a process, as a mask: SigPnd and ShdPnd of proc_pid_status(5).
 * @returns null if the process has ended
 */
export function readPending(pid: number): string | null {
	try {
		if (["Z", "X"].includes(readStat(pid).state)) return null;
		const status = readStatus(pid);
		const mask = (name: string) => BigInt(`0x${status.get(name) ?? "0"}`);
		return (mask("SigPnd") | mask("ShdPnd")).toString(16).padStart(16, "0");
	} catch {
		return null;
	}
}

/** The numbers in one line of /proc/PID/status. */
export function numbersIn(status: ReadonlyMap<string, string>, name: string): number[] {
	return (status.get(name) ?? "").split(/\s+/).filter(Boolean).map(Number);
}

/** The pid of one of the harbour's processes in the agent's own PID namespace; null if the process has ended. */
export function agentsPidOf(pid: number): number | null {
	// Begins at the end: the process has usually been started a short time ago.
	for (const own of readPids(AGENT_PROC).reverse()) {
		try {
			const status = readFileSync(`${AGENT_PROC}/${own}/status`, "utf8");
			if (Number(/^NSpid:\s+\d+\s+(\d+)/m.exec(status)?.[1]) === pid) return own;
		} catch {
			// It has ended meanwhile.
		}
	}
	return null;
}

/**
 * Whether a process waits for signals and for nothing else: each of its threads is in sigtimedwait(2). See
 * proc_pid_wchan(5).
 */
export function waitsForSignals(pid: number): boolean {
	try {
		const threads = readPids(`/proc/${pid}/task`);
		return threads.every((thread) =>
			/^do_sigtimedwait/.test(readFileSync(`/proc/${pid}/task/${thread}/wchan`, "utf8")),
		);
	} catch {
		return false;
	}
}

/** The process's open files, by descriptor; only descriptors below `end`. */
export function readDescriptors(pid: number, end = Number.POSITIVE_INFINITY): Record<string, string> {
	const open = readPids(`/proc/${pid}/fd`).filter((fd) => fd < end);
	return Object.fromEntries(open.map((fd) => [String(fd), readlinkSync(`/proc/${pid}/fd/${fd}`)]));
}

/** The entries of a directory that are numbers. */
export function readPids(proc: string): number[] {
	return readdirSync(proc)
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

// Fields 20 and 22 of the line, which are the 18th and the 20th after the name.
const NUM_THREADS = 17;
const STARTTIME = 19;

// "4 (a) b) S 1 …": the name may contain parentheses, so it ends at the last one. See proc_pid_stat(5).
function readStat(pid: number): TaskStat {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const end = stat.lastIndexOf(")");
	const fields = stat.slice(end + 2).split(" ");
	const [first = "", ppid = "0"] = fields;
	// A process whose first thread has ended looks like a zombie while its other threads run on. See pthread_exit(3).
	const state = first === "Z" && Number(fields[NUM_THREADS]) > 1 ? stateOfThreads(pid) : first;
	const comm = stat.slice(stat.indexOf("(") + 1, end);
	const startTicks = Number(fields[STARTTIME]);
	return { pid, startTicks, ppid: Number(ppid), comm, state };
}

const readTask = (pid: number): Task => ({ ...readStat(pid), nsPids: numbersIn(readStatus(pid), "NSpid") });

// The state of a thread that is at work, if there is one; otherwise the state of a thread that has not ended.
function stateOfThreads(pid: number): string {
	const states = readPids(`/proc/${pid}/task`).map((thread) => {
		const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
		return stat[stat.lastIndexOf(")") + 2] ?? "";
	});
	return ["R", "D"].find((state) => states.includes(state)) ?? states.find((state) => !"ZX".includes(state)) ?? "Z";
}
