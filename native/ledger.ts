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

/** Writes the ledger to `ledgerFd` from now on; a file opened for appending, close-on-exec. */
export function openLedger(ledgerFd: number): void {
	fd = ledgerFd;
}

/** Notes that `call` starts. @returns the number to give to {@link recordEnd} */
export function recordStart(call: string, args: Record<string, string>): number {
	seq += 1;
	if (call === "fork") forks += 1;
	append({ task, seq, call, args });
	return seq;
}

/** Notes what the kernel answered to the call with this number. */
export function recordEnd(startedAs: number, answer: { result: number } | { error: string }): void {
	append({ task, seq: startedAs, ...answer });
}

/** Gives the process that fork(2) has just made its own name. */
export function enterChildTask(): void {
	task = `${task}.${forks}`;
	seq = 0;
	forks = 0;
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
