import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** By default, patience ends after this many times its idle time, however busy the machine is. */
const BUSY_FACTOR = 2;

/** The shortest pause between two checks of {@link Patience.onEnd}. */
const LOOK_AGAIN_MS = 20;
/** How often {@link Patience.onEnd} checks whether the run has been given up. */
const GIVEN_UP_STEP_MS = 500;

/** How often {@link untilMachineIdles} checks whether the machine is idle. */
const IDLE_STEP_MS = 5;
/** How long {@link untilMachineIdles} waits at most. */
const IDLE_WAIT_MAX_MS = 100;

/**
 * How long the agent waits for something that may never come. Only the time in which the guest's processor was idle
 * counts: on a busy computer the guest gets its processor late, and perhaps the awaited process has simply not had its
 * turn yet.
 */
export class Patience {
	readonly #startMs = performance.now();
	readonly #idleAtStartMs = idleMs();

	/**
	 * @param ms patience ends after this much idle time
	 * @param mostMs patience ends after this much time in any case, however busy the machine is
	 * @param isGivenUp whether the run has been given up: patience then ends at once
	 */
	constructor(
		private readonly ms: number,
		private readonly mostMs = ms * BUSY_FACTOR,
		private readonly isGivenUp = () => false,
	) {}

	/**
	 * Whether patience ended before its idle time was used up, because the machine was too busy or the run was given up.
	 */
	get wasCutShort(): boolean {
		return this.leftMs === 0 && idleMs() - this.#idleAtStartMs < this.ms;
	}

	/** How long to wait before looking again; 0 once patience has ended. */
	get leftMs(): number {
		if (this.isGivenUp()) return 0;
		const idle = this.ms - (idleMs() - this.#idleAtStartMs);
		const busy = this.mostMs - (performance.now() - this.#startMs);
		return Math.max(0, Math.min(idle, busy));
	}

	/** Calls `act` when patience ends. @returns a function that cancels the call */
	onEnd(act: () => void): () => void {
		let timer: NodeJS.Timeout;
		const look = () => {
			const { leftMs } = this;
			if (leftMs === 0) act();
			// Pause before looking again, because looking keeps the machine busy.
			else timer = setTimeout(look, Math.min(Math.max(leftMs, LOOK_AGAIN_MS), GIVEN_UP_STEP_MS));
		};
		look();
		return () => clearTimeout(timer);
	}
}

/** How long the guest's processor has been idle since it booted: the second number of proc_uptime(5). */
export function idleMs(): number {
	const [, seconds] = readFileSync("/proc/uptime", "utf8").split(" ");
	return Number(seconds) * 1000;
}

/**
 * Waits until the machine has been idle for a moment, but at most a tenth of a second. Whenever the agent is awake, it
 * runs before all other processes. So looking at processes while they work slows them down.
 */
export async function untilMachineIdles(): Promise<void> {
	const idleAtStartMs = idleMs();
	const startMs = performance.now();
	do await sleep(IDLE_STEP_MS);
	while (idleMs() === idleAtStartMs && performance.now() - startMs < IDLE_WAIT_MAX_MS);
}
