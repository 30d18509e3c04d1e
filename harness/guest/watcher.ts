import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readings, View } from "../protocol/index.ts";
import { Probe } from "../readings/guest/probe.ts";
import { readDescendantStats, readPids } from "../readings/guest/proc.ts";

/** What is read of the host and of the stage's shells. */
type Seen = Pick<View, "host" | "shells">;

/**
 * The pauses between two readings. After a change, the watcher reads everything at these growing intervals. At the last
 * interval it reads only what is cheap to read, until that changes.
 */
const PAUSES_MS = [60, 200, 500, 1_000, 1_500];
/** The longest pause while the watcher reads something that changes even if no shell is used. */
const LONGEST_MS = 400;
/** Reading takes at most this part of the time. */
const MOST_OF_TIME = 0.3;

/** Reads what the kernel shows of the host and of each shell, and passes it on whenever it has changed. */
export class Watcher {
	/** How many readings there were since the last change, up to the index of the longest pause. */
	#quiet = 0;
	#stirred = false;
	#wake = () => {};
	#told = "";
	#last: Seen["shells"] = {};
	readonly #probe: Probe;

	constructor(
		readings: Readings,
		private readonly shells: ReadonlyMap<string, { pid: number | null }>,
		private readonly tell: (seen: Seen) => Promise<void>,
	) {
		this.#probe = new Probe(readings, () => this.stir());
	}

	/** Call this when something may have changed. */
	stir(): void {
		this.#stirred = true;
		this.#wake();
	}

	/**
	 * Passes everything on again, even if nothing has changed: after a restore, the host may have seen another state.
	 */
	tellAgain(): void {
		this.#told = "";
		this.stir();
	}

	/**
	 * Reads everything, and passes it on if it has changed.
	 * @returns false if nothing has changed: the next reading may wait longer
	 */
	async look(): Promise<boolean> {
		const seen = this.#read();
		if (seen === null) return true;
		const text = JSON.stringify(seen);
		if (text === this.#told) return false;
		this.#told = text;
		await this.tell(seen);
		return true;
	}

	async run(): Promise<never> {
		let hint = "";
		for (;;) {
			const startedMs = performance.now();
			if (this.#stirred) this.#quiet = 0;
			this.#stirred = false;
			const hinted = this.#readHint();
			if (hinted !== hint) this.#quiet = 0;
			hint = hinted;
			if (this.#quiet < PAUSES_MS.length - 1 && (await this.look())) this.#quiet = 0;
			const costMs = performance.now() - startedMs;
			const pauseMs = Math.min(PAUSES_MS[this.#quiet] ?? Infinity, this.#probe.changesByItself ? LONGEST_MS : Infinity);
			this.#quiet = Math.min(this.#quiet + 1, PAUSES_MS.length - 1);
			await this.#pause(Math.max(pauseMs, costMs / MOST_OF_TIME));
		}
	}

	async #pause(ms: number): Promise<void> {
		const stirred = new Promise<void>((resolve) => {
			this.#wake = resolve;
		});
		// Something may have changed while the last reading was passed on.
		if (this.#stirred) this.#wake();
		await Promise.race([sleep(ms), stirred.then(() => sleep(PAUSES_MS[0]))]);
	}

	#read(): Seen | null {
		const shells = Object.fromEntries([...this.shells].map(([name, { pid }]) => [name, readShell(pid, this.#probe)]));
		this.#last = shells;
		try {
			return { host: this.#probe.readHost(thoseIn(shells)), shells };
		} catch {
			return null; // Something disappeared while it was read.
		}
	}

	// These are cheap to read, and nearly every change of interest changes one of them.
	#readHint(): string {
		const mounts = readFileSync("/proc/1/mountinfo", "utf8");
		return [readPids("/proc").join(" "), mounts, this.#probe.fingerprint(thoseIn(this.#last))].join("\n");
	}
}

const thoseIn = (shells: Seen["shells"]) => Object.values(shells).filter((shell) => shell !== null);

function readShell(shell: number | null, probe: Probe): Seen["shells"][string] {
	if (shell === null) return null;
	try {
		const pid = innermost(shell);
		return { ...probe.readProcess(pid, { pid: shell, descriptors: {} }), shell, listens: listens(pid) };
	} catch {
		return null; // The process ended while it was read.
	}
}

/**
 * The process that gets what is typed: the youngest one in the foreground process group of the shell's terminal.
 * @see proc_pid_stat(5): pgrp, tpgid
 */
function innermost(shell: number): number {
	const [, , group] = readGroups(shell);
	const all = readDescendantStats(shell).map(({ pid }) => pid);
	return all.findLast((pid) => isInGroup(pid, group)) ?? shell;
}

function isInGroup(pid: number, group: number | undefined): boolean {
	try {
		return readGroups(pid)[0] === group;
	} catch {
		return false; // The process has ended.
	}
}

// [pgrp, tty_nr, tpgid] of "4 (a) b) S ppid pgrp session tty_nr tpgid …".
function readGroups(pid: number): number[] {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const [, , pgrp, , tty, tpgid] = stat
		.slice(stat.lastIndexOf(")") + 2)
		.split(" ")
		.map(Number);
	return [pgrp ?? -1, tty ?? 0, tpgid ?? -1];
}

// The numbers of read, poll and pselect6 in /proc/PID/syscall; arm64 has no poll. See proc_pid_syscall(5).
const [READ, POLL, PSELECT] = process.arch === "arm64" ? [63, -1, 72] : [0, 7, 270];
const FOR_EVER = "0xffffffffffffffff";

/** Whether a process waits in the kernel for terminal input. */
function listens(pid: number): boolean {
	const [call = "", first = "", second, third] = readFileSync(`/proc/${pid}/syscall`, "utf8").split(" ");
	if (Number(call) === READ) return /^\/dev\/(pts\/|tty)/.test(readlinkSync(`/proc/${pid}/fd/${Number(first)}`));
	// readline waits for one descriptor. For pselect6 that is descriptor 0, so its first argument is 1.
	if (Number(call) === PSELECT) return Number(first) === 1;
	return Number(call) === POLL && Number(second) === 1 && third === FOR_EVER;
}
