import { readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readings, View } from "../protocol/index.ts";
import { readSession } from "../readings/guest/all-terminals.ts";
import { Probe } from "../readings/guest/probe.ts";
import { readDescendantStats, readHarbourStats } from "../readings/guest/proc.ts";

/** What is read of the harbour and of the stage's shells. */
type ViewContents = Pick<View, "host" | "shells">;

/**
 * The times after a change at which the watcher reads everything. In between and later, it reads only what is cheap to
 * read, until that changes.
 */
const READINGS_MS = [0, 60, 260, 760, 1_760];
/** A command that prints something usually changes something soon afterwards. So the watcher waits before it reads. */
const AFTER_OUTPUT_MS = 60;
/** The longest pause between two readings, unless {@link MAX_SHARE_OF_TIME} asks for a longer one. */
const PAUSE_MS_MAX = 100;
/** Reading takes at most this part of the time. */
const MAX_SHARE_OF_TIME = 0.3;

/** Reads what the kernel shows of the harbour and of each shell, and passes it on whenever it has changed. */
export class StageWatcher {
	#triggered = false;
	#endPause = () => {};
	#lastSent = "";
	#lastShells: ViewContents["shells"] = {};
	readonly #probe: Probe;

	constructor(
		readings: Readings,
		private readonly shells: ReadonlyMap<string, { pid: number | null }>,
		private readonly send: (seen: ViewContents) => Promise<void>,
	) {
		this.#probe = new Probe(readings);
	}

	/** Call this when something may have changed. */
	trigger(): void {
		this.#triggered = true;
		this.#endPause();
	}

	/**
	 * Passes everything on again, even if nothing has changed: after a restore, the computer outside may have
	 * seen another state.
	 */
	sendAgain(): void {
		this.#lastSent = "";
		this.trigger();
	}

	/**
	 * Reads everything, and passes it on if it has changed.
	 * @returns whether it has changed; true if something disappeared while it was read, although nothing is passed on
	 * then
	 */
	async readAndSend(): Promise<boolean> {
		const contents = this.#read();
		if (contents === null) return true;
		const text = JSON.stringify(contents);
		if (text === this.#lastSent) return false;
		this.#lastSent = text;
		await this.send(contents);
		return true;
	}

	/** Watches until the machine ends. */
	async run(): Promise<never> {
		let fingerprint = "";
		let changedMs = 0;
		/** How many times everything was read since the last change. */
		let readings = 0;
		for (;;) {
			const startedMs = performance.now();
			const newFingerprint = this.#readFingerprint();
			const isChanged = this.#triggered || newFingerprint !== fingerprint;
			this.#triggered = false;
			fingerprint = newFingerprint;
			if (isChanged) [changedMs, readings] = [startedMs, 0];
			if (startedMs >= changedMs + (READINGS_MS[readings] ?? Infinity)) {
				readings += 1;
				if (await this.readAndSend()) [changedMs, readings] = [startedMs, 1];
			}
			const costMs = performance.now() - startedMs;
			const untilNextMs = changedMs + (READINGS_MS[readings] ?? Infinity) - performance.now();
			await this.#pause(Math.max(Math.min(untilNextMs, PAUSE_MS_MAX), costMs / MAX_SHARE_OF_TIME));
		}
	}

	async #pause(ms: number): Promise<void> {
		const triggered = new Promise<void>((resolve) => {
			this.#endPause = resolve;
		});
		// Something may have changed while the last reading was passed on.
		if (this.#triggered) this.#endPause();
		await Promise.race([sleep(ms), triggered.then(() => sleep(AFTER_OUTPUT_MS))]);
	}

	#read(): ViewContents | null {
		const shells = Object.fromEntries([...this.shells].map(([name, { pid }]) => [name, readShell(pid, this.#probe)]));
		this.#lastShells = shells;
		try {
			return { host: this.#probe.readHost(runningShells(shells)), shells };
		} catch {
			return null; // Something disappeared while it was read.
		}
	}

	// These are cheap to read, and nearly every change of interest changes one of them.
	#readFingerprint(): string {
		const processes = readHarbourStats().map(({ pid, ppid, comm, state }) => `${pid} ${ppid} ${comm} ${state === "Z"}`);
		const mounts = readFileSync("/proc/1/mountinfo", "utf8");
		return [...processes, mounts, this.#probe.fingerprint(runningShells(this.#lastShells))].join("\n");
	}
}

const runningShells = (shells: ViewContents["shells"]) => Object.values(shells).filter((shell) => shell !== null);

function readShell(shell: number | null, probe: Probe): ViewContents["shells"][string] {
	if (shell === null) return null;
	try {
		const pid = foregroundProcess(shell);
		return { ...probe.readProcess(pid, { pid: shell, descriptors: {} }), shell, listens: waitsForInput(pid) };
	} catch {
		return null; // The process ended while it was read.
	}
}

/**
 * The process that gets what is typed: the last one in the foreground process group of the shell's terminal, in an
 * order with parents before their children. If this process is an engine that passes on what is typed to its
 * container's terminal, returns the last process in that terminal's foreground.
 * @see proc_pid_stat(5): pgrp, session, tpgid
 */
function foregroundProcess(shell: number): number {
	const { session, foreground } = readSession(shell);
	const all = readDescendantStats(shell).flatMap(({ pid, ppid }) => {
		try {
			return [{ pid, ppid, ...readSession(pid) }];
		} catch {
			return []; // The process has ended.
		}
	});
	const below = new Set(all.filter(({ group }) => group === foreground).map(({ pid }) => pid));
	const outer = [...below].at(-1);
	// A parent comes before its children.
	for (const { pid, ppid } of all) if (below.has(ppid)) below.add(pid);
	const inner = all.findLast((one) => below.has(one.pid) && one.session !== session && one.group === one.foreground);
	return inner?.pid ?? outer ?? shell;
}

// The numbers of read, poll and pselect6 in /proc/PID/syscall; arm64 has no poll. See proc_pid_syscall(5).
const [READ, POLL, PSELECT] = process.arch === "arm64" ? [63, -1, 72] : [0, 7, 270];
const FOR_EVER = "0xffffffffffffffff";

/** Whether a process waits in the kernel for terminal input. */
function waitsForInput(pid: number): boolean {
	const [call = "", first = "", second, third] = readFileSync(`/proc/${pid}/syscall`, "utf8").split(" ");
	if (Number(call) === READ) return /^\/dev\/(pts\/|tty)/.test(readlinkSync(`/proc/${pid}/fd/${Number(first)}`));
	// readline waits for one descriptor. For pselect6 that is descriptor 0, so its first argument is 1.
	if (Number(call) === PSELECT) return Number(first) === 1;
	return Number(call) === POLL && Number(second) === 1 && third === FOR_EVER;
}
