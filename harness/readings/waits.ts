import * as v from "valibot";
import { list, record, text } from "./bounded-schemas.ts";
import { programName, Task } from "./tasks.ts";

/** Processes, and what each of them waits for. */
export const Waits = {
	tasks: list(Task),
	/** By pid, the kernel's function in which a process sleeps, as in proc_pid_wchan(5). */
	waitsIn: v.optional(record(text, text), {}),
};
export type Waits = v.InferOutput<v.ObjectSchema<typeof Waits, undefined>>;

/** What a process waits for, by the kernel's function in which it sleeps. */
const AWAITED: [functions: RegExp, wait: string][] = [
	[/^do_wait/, "waitpid, for the end of a child"],
	[/pipe_read/, "read, from a pipe"],
	[/pipe_write/, "write, to a pipe that is full"],
	[/^n_tty_read|^wait_woken/, "read, from a terminal or a socket"],
	[/^unix_stream_read|^__skb_wait/, "read, from a socket"],
	[/nanosleep/, "a sleep"],
	[/^do_sigtimedwait|^sigsuspend|pause/, "a wait for a signal"],
	[/poll|^do_select/, "poll, for input"],
	[/^futex/, "a wait for another thread"],
	[/^get_signal/, "the freezer of its cgroup"],
	[/accept/, "accept, for a connection"],
	[/flock|lock_inode|posix_lock/, "a wait for a file lock"],
	[/fifo_open|wait_for_partner/, "open, of a FIFO that nobody has opened at its other end"],
];

/** How many kinds of processes are shown at most. */
const KINDS_SHOWN = 6;

/**
 * Says what each process does, such as `sh (pid 45) running; box (node) (pid 41) waiting in waitpid, …`. Processes of the
 * same name that do the same are counted.
 */
export function waitsText({ tasks, waitsIn }: Waits): string {
	const all = tasks.map((task) => ({
		pid: task.pid,
		name: programName(task),
		does: doing(task.state, waitsIn[task.pid]),
	}));
	const texts = all.flatMap(({ pid, name, does }, index) => {
		const same = all.filter((other) => other.name === name && other.does === does);
		if (same[0] !== all[index]) return [];
		return same.length === 1 ? `${name} (pid ${pid}) ${does}` : `${same.length} × ${name} ${does}`;
	});
	const more = texts.length - KINDS_SHOWN;
	return [...texts.slice(0, KINDS_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function doing(state: string, waitsIn = ""): string {
	if (state === "R") return "running";
	if (state === "Z") return "ended, and its parent has not waited for it";
	if (state === "T") return "stopped";
	const [, wait] = AWAITED.find(([functions]) => functions.test(waitsIn)) ?? [];
	if (wait !== undefined) return `waiting in ${wait}`;
	const where = waitsIn === "" ? ", the kernel does not say where" : ` in the kernel's function ${waitsIn}`;
	return `waiting${state === "D" ? " in state D" : ""}${where}`;
}
