import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How many times its patience something is waited for at most, however busy the machine. */
const BUSY = 2;

const LOOK_AGAIN_MS = 20;

/** How often it is seen whether the machine has come to rest, and after how long nobody waits for that any more. */
const REST_STEP_MS = 5;
const REST_MOST_MS = 100;

/**
 * How long something is waited for that may never come. It is measured in time in which the machine had nothing to do:
 * on a busy computer a guest gets its processor late, and what is about to come has only not had its turn.
 */
export class Patience {
	readonly #startMs = performance.now();
	readonly #idleAtStartMs = idleMs();

	/** @param mostMs after how long it is over in any case, however busy the machine */
	constructor(
		private readonly ms: number,
		private readonly mostMs = ms * BUSY,
	) {}

	/** Whether the machine was so busy that it was over before its time. */
	get wasCutShort(): boolean {
		return this.leftMs === 0 && idleMs() - this.#idleAtStartMs < this.ms;
	}

	/** How long to wait before looking at it again; 0 when it is over. */
	get leftMs(): number {
		const idle = this.ms - (idleMs() - this.#idleAtStartMs);
		const busy = this.mostMs - (performance.now() - this.#startMs);
		return Math.max(0, Math.min(idle, busy));
	}

	/** Calls `act` when it is over. @returns what takes that back */
	onEnd(act: () => void): () => void {
		let timer: NodeJS.Timeout;
		const look = () => {
			const { leftMs } = this;
			if (leftMs === 0) act();
			// Not at once again: looking keeps a machine busy, too.
			else timer = setTimeout(look, Math.max(leftMs, LOOK_AGAIN_MS));
		};
		look();
		return () => clearTimeout(timer);
	}
}

/** How long the guest's processor has had nothing to do since it booted: the second number of proc_uptime(5). */
export function idleMs(): number {
	const [, seconds] = readFileSync("/proc/uptime", "utf8").split(" ");
	return Number(seconds) * 1000;
}

/**
 * Waits until the machine has had nothing to do for a moment, or for a tenth of a second. The agent goes before all
 * others: while they are at work, each of its looks at their processes takes the processor from them.
 */
export async function untilMachineRests(): Promise<void> {
	const idleAtStartMs = idleMs();
	const startMs = performance.now();
	do await sleep(REST_STEP_MS);
	while (idleMs() === idleAtStartMs && performance.now() - startMs < REST_MOST_MS);
}
