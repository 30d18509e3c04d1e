import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readings, View } from "../protocol/index.ts";
import { Probe } from "../readings/guest/probe.ts";
import { readPids, readStats } from "../readings/guest/proc.ts";

/** What is read of the host and of the stage's shells. */
type Seen = Pick<View, "host" | "shells">;

/**
 * After something has stirred, all is read again and again, less and less often; then only what shows cheaply that
 * something has changed, at the last of these intervals.
 */
const PAUSES_MS = [60, 200, 500, 1_000, 1_500];
/** Where something is shown that moves by itself, no pause is longer. */
const LONGEST_MS = 400;
/** Of its time, at most this part goes into reading. */
const MOST_OF_TIME = 0.3;

/** Tells what the kernel shows of the host and of each shell whenever it has changed. */
export class Watcher {
	/** How often nothing was new since something stirred. */
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

	/** Something may have changed. */
	stir(): void {
		this.#stirred = true;
		this.#wake();
	}

	/** Whoever listens may have heard of something else meanwhile: all is told again. */
	tellAgain(): void {
		this.#told = "";
		this.stir();
	}

	/** Reads all, and tells it if it has changed. @returns whether there is more to come */
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
			const pauseMs = Math.min(PAUSES_MS[this.#quiet] ?? Infinity, this.#probe.moves ? LONGEST_MS : Infinity);
			this.#quiet = Math.min(this.#quiet + 1, PAUSES_MS.length - 1);
			await this.#pause(Math.max(pauseMs, costMs / MOST_OF_TIME));
		}
	}

	async #pause(ms: number): Promise<void> {
		const stirred = new Promise<void>((resolve) => {
			this.#wake = resolve;
		});
		// It may have been while something was told.
		if (this.#stirred) this.#wake();
		await Promise.race([sleep(ms), stirred.then(() => sleep(PAUSES_MS[0]))]);
	}

	#read(): Seen | null {
		const shells = Object.fromEntries([...this.shells].map(([name, { pid }]) => [name, readShell(pid, this.#probe)]));
		this.#last = shells;
		try {
			return { host: this.#probe.readHost(thoseIn(shells)), shells };
		} catch {
			return null; // Something was removed while it was read.
		}
	}

	// What nearly everything of interest changes with, and what costs next to nothing.
	#readHint(): string {
		const mounts = readFileSync("/proc/1/mountinfo", "utf8");
		return [readPids("/proc").join(" "), mounts, this.#probe.hint(thoseIn(this.#last))].join("\n");
	}
}

const thoseIn = (shells: Seen["shells"]) => Object.values(shells).filter((shell) => shell !== null);

function readShell(shell: number | null, probe: Probe): Seen["shells"][string] {
	if (shell === null) return null;
	try {
		const pid = innermost(shell);
		return { ...probe.readProcess(pid, { pid: shell, given: {} }), shell, listens: listens(pid) };
	} catch {
		return null; // It has ended while it was read.
	}
}

/**
 * The process that whoever types talks to: the youngest of those that its shell's terminal belongs to.
 * @see proc_pid_stat(5): pgrp, tpgid
 */
function innermost(shell: number): number {
	const [, , group] = readGroups(shell);
	const all = readStats(shell).map(({ pid }) => pid);
	return all.findLast((pid) => isInGroup(pid, group)) ?? shell;
}

function isInGroup(pid: number, group: number | undefined): boolean {
	try {
		return readGroups(pid)[0] === group;
	} catch {
		return false; // It has ended.
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

/** Whether a process waits in the kernel for something to be typed. */
function listens(pid: number): boolean {
	const [call = "", first = "", second, third] = readFileSync(`/proc/${pid}/syscall`, "utf8").split(" ");
	if (Number(call) === READ) return /^\/dev\/(pts\/|tty)/.test(readlinkSync(`/proc/${pid}/fd/${Number(first)}`));
	// Of one descriptor: readline looks at nothing else, and for pselect that has to be 0.
	if (Number(call) === PSELECT) return Number(first) === 1;
	return Number(call) === POLL && Number(second) === 1 && third === FOR_EVER;
}
