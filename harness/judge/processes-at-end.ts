import type { Ending } from "../protocol/index.ts";
import { programName } from "../readings/tasks.ts";

/** System calls by the kernel's function in which a process sleeps meanwhile: see proc_pid_wchan(5). */
const CALLS: [functions: RegExp, call: string][] = [
	[/^do_wait/, "waitpid: for the end of a child"],
	[/pipe_read/, "read, from a pipe"],
	[/pipe_write/, "write, to a pipe that is full"],
	[/^n_tty_read|^wait_woken/, "read, from a terminal or a socket"],
	[/^unix_stream_read|^__skb_wait/, "read, from a socket"],
	[/nanosleep/, "a sleep"],
	[/^do_sigtimedwait|^sigsuspend|pause/, "a wait for a signal"],
	[/^(ep_poll|do_epoll|poll_schedule|do_poll|do_select)/, "a wait for input, in its event loop"],
	[/^futex/, "a wait for another thread"],
	[/accept/, "accept: for a connection"],
	[/flock|lock_inode|posix_lock/, "a wait for a file lock"],
	[/fifo_open|wait_for_partner/, "open, of a FIFO that nobody has opened at its other end"],
];

/** Says what each process of a call did when the check gave the call up; empty if it had no process. */
export function processesAtEnd({ tasks, waitsIn }: Extract<Ending, { how: "hung" }>): string {
	const did = tasks.map((task) => `${programName(task)} (pid ${task.pid}) ${doing(task.state, waitsIn[task.pid])}`);
	return did.length === 0 ? "" : ` When the check gave up: ${did.join("; ")}.`;
}

function doing(state: string, waitsIn = ""): string {
	if (state === "R") return "was running";
	if (state === "Z") return "had ended, and its parent had not waited for it";
	if (state === "T") return "was stopped";
	if (state === "D") return `waited for the kernel, in its function ${waitsIn || "unknown"} (state D)`;
	const [, call] = CALLS.find(([functions]) => functions.test(waitsIn)) ?? [];
	return call === undefined ? `slept, in the kernel's function ${waitsIn || "unknown"}` : `waited in ${call}`;
}
