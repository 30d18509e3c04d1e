import { Patience } from "./patience.ts";
import { Standstill, timersDue } from "./standstill.ts";

/** The part of a run's deadline that one step may spend on waiting for something that may never come. */
const PATIENCE_SHARE = 0.25;
/** The part of the deadline that {@link RunTime.patienceFor} may last while the machine is busy. */
const BUSY_PATIENCE_SHARE = 0.5;

/**
 * The time of one run: how long its steps may wait, and whether it has been given up. The time begins when this object
 * is made.
 */
export class RunTime {
	readonly #startMs = performance.now();
	readonly #timersBefore: number;
	#isGivenUp = false;

	constructor(private readonly deadlineMs: number) {
		this.#timersBefore = timersDue(deadlineMs);
	}

	/** Whether the run has been given up. Then nothing is waited for any more. */
	get isGivenUp(): boolean {
		return this.#isGivenUp;
	}

	/** Ends all waits of the run at once. */
	giveUp(): void {
		this.#isGivenUp = true;
	}

	/** New patience for something that may never come. */
	get patience(): Patience {
		return this.#patienceOf(this.deadlineMs * PATIENCE_SHARE);
	}

	/**
	 * New patience for something that comes within this much idle time. On a busy machine, it may last half of the run's
	 * deadline.
	 */
	patienceFor(idleMs: number): Patience {
		return this.#patienceOf(idleMs, Math.max(idleMs, this.deadlineMs * BUSY_PATIENCE_SHARE));
	}

	/** A new standstill, for a wait that also ends when nothing can change any more. */
	newStandstill(): Standstill {
		return new Standstill(this.#timersBefore, () => this.deadlineMs - (performance.now() - this.#startMs));
	}

	#patienceOf(ms: number, mostMs?: number): Patience {
		return new Patience(ms, mostMs, () => this.#isGivenUp);
	}
}
