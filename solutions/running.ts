import { readFileSync } from "node:fs";
import { processesOf } from "./remains.ts";
import { unlessGone } from "./unless-gone.ts";

/** Where the host finds a running container. */
interface Running {
	/** The pid of its command, as the host numbers it. */
	pid: number;
	/** The directory of its cgroup on the host. */
	cgroup: string;
}

/**
 * Finds a running container. Only the kernel knows what runs, so this function reads which processes are in the
 * container's cgroup.
 * @throws {Error} no such container runs
 */
export function runningContainer(id: string): Running {
	// The command is the eldest process that runs a program of its own: an engine's copies do not.
	const [command] = (/^\w+$/.test(id) ? (processesOf(id) ?? []) : [])
		.filter(hasExecuted)
		.toSorted((one, other) => pidInside(one) - pidInside(other));
	const cgroup = command === undefined ? "" : cgroupOf(command);
	if (command !== undefined && cgroup !== "") return { pid: command, cgroup };
	throw new Error(`there is no running container ${id}\n  try: box ps`);
}

/** The kernel's mark of a process that was forked and has not called execve since. */
const PF_FORKNOEXEC = 0x40;

/** Whether a process has become another program since it was forked. */
export function hasExecuted(pid: number): boolean {
	// The ninth field. The second one is a name in parentheses, which may contain spaces. See proc_pid_stat(5).
	const [, fields = ""] = /\) (.*)/.exec(read(pid, "stat")) ?? [];
	const flags = fields.split(" ")[6];
	return flags !== undefined && (Number(flags) & PF_FORKNOEXEC) === 0;
}

// The pid in the innermost PID namespace, where pids are given in order.
const pidInside = (pid: number) => Number(/^NSpid:.*\s(\d+)$/m.exec(read(pid, "status"))?.[1]);

function cgroupOf(pid: number): string {
	const [, path] = /^0::(.*)$/m.exec(read(pid, "cgroup")) ?? [];
	return path === undefined ? "" : `/sys/fs/cgroup${path}`;
}

const read = (pid: number, file: string) => unlessGone(() => readFileSync(`/proc/${pid}/${file}`, "utf8"), "");
