import { fstatSync, writeSync } from "node:fs";

/**
 * The syscall ledger: which system calls a program made, and what the kernel returned. It also has calls of node:fs
 * functions that change something: recorded-files.ts says which.
 *
 * Each call has one line of JSON for its start and one for its end, so the ledger shows even a call that never returns.
 * A task is a process, named by its ancestry: "1" forks "1.1" and "1.2", and "1.1" forks "1.1.1". `seq` numbers the
 * calls of one task; both lines of a call have the same number. Forked children inherit the open file, and O_APPEND
 * keeps their lines whole (open(2)).
 */
export type LedgerLine =
	| { task: string; seq: number; call: string; args: Record<string, string> }
	| { task: string; seq: number; result: number }
	| { task: string; seq: number; error: string };

/**
 * Once the ledger has this size, calls of node:fs functions are no longer recorded. The agent reads 1 MiB. The rest is
 * for system calls, however much a program writes.
 */
const WRITES_UP_TO_BYTES = 512 << 10;

let fd: number | undefined;
let task = "1";
let seq = 0;
let forks = 0;

/**
 * Starts the ledger. Before this call, nothing is recorded.
 * @param ledgerFd a file that is open for appending and close-on-exec
 */
export function openLedger(ledgerFd: number): void {
	fd = ledgerFd;
	task = "1";
	seq = 0;
	forks = 0;
}

/** Whether another call of a node:fs function may be recorded. The limit is for all processes of the program together. */
export function hasRoomForWrites(): boolean {
	if (fd === undefined) return false;
	try {
		return fstatSync(fd).size < WRITES_UP_TO_BYTES;
	} catch {
		// The program has closed the file (EBADF).
		return false;
	}
}

/** Names one call of one task, for {@link recordEnd}. */
export type StartedCall = { task: string; seq: number };

/** Records the start of `call`. */
export function recordStart(call: string, args: Record<string, string>): StartedCall {
	seq += 1;
	if (call === "fork") forks += 1;
	append({ task, seq, call, args });
	return { task, seq };
}

/** Records what the kernel returned. fork(2) returns twice; the child's 0 is not recorded. */
export function recordEnd(started: StartedCall, answer: { result: number } | { error: string }): void {
	if (started.task === task) append({ ...started, ...answer });
}

/** Gives a child that fork(2) has just made a task name of its own. */
export function enterChildTask(): void {
	task = `${task}.${forks}`;
	seq = 0;
	forks = 0;
}

/** Whether fork(2) has made this process since the ledger was opened. */
export function isChildTask(): boolean {
	return task !== "1";
}

function append(line: LedgerLine): void {
	if (fd === undefined) return;
	try {
		writeSync(fd, `${JSON.stringify(line)}\n`);
	} catch {
		// The ledger is on a small tmpfs of its own. Once the tmpfs is full (ENOSPC), or the program has closed the
		// file (EBADF), the program goes on without being recorded.
	}
}
