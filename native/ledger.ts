import { writeSync } from "node:fs";

/**
 * The syscall ledger: what a program asked of the kernel and what it answered.
 *
 * One line of JSON at the start of a call and one at its end, so that a call that never comes back is still seen.
 * A task is a process, named by its line of descent: "1" forks "1.1" and "1.2", "1.1" forks "1.1.1". Forked children
 * inherit the open file, and O_APPEND keeps their lines whole (open(2)).
 */
export type LedgerLine =
	| { task: string; seq: number; call: string; args: Record<string, string> }
	| { task: string; seq: number; result: number }
	| { task: string; seq: number; error: string };

let fd: number | undefined;
let task = "1";
let seq = 0;
let forks = 0;

/** Starts the ledger, in a file opened for appending, close-on-exec. Nothing is recorded before. */
export function openLedger(ledgerFd: number): void {
	fd = ledgerFd;
	task = "1";
	seq = 0;
	forks = 0;
}

/** Which call of which task, to be given to {@link recordEnd}. */
export type Started = { task: string; seq: number };

/** Notes that `call` starts. */
export function recordStart(call: string, args: Record<string, string>): Started {
	seq += 1;
	if (call === "fork") forks += 1;
	append({ task, seq, call, args });
	return { task, seq };
}

/** Notes what the kernel answered. fork(2) answers twice; the child's 0 goes without saying. */
export function recordEnd(started: Started, answer: { result: number } | { error: string }): void {
	if (started.task === task) append({ ...started, ...answer });
}

/** Gives the process that fork(2) has just made its own name. */
export function enterChildTask(): void {
	task = `${task}.${forks}`;
	seq = 0;
	forks = 0;
}

/** Whether this process is one that fork(2) has made since the ledger was opened. */
export function isChildTask(): boolean {
	return task !== "1";
}

function append(line: LedgerLine): void {
	if (fd === undefined) return;
	try {
		writeSync(fd, `${JSON.stringify(line)}\n`);
	} catch {
		// The ledger lies on a small tmpfs of its own: once that is full (ENOSPC), or the program has closed the
		// file (EBADF), the program goes on without being recorded.
	}
}
