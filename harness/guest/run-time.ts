import { Patience } from "./patience.ts";
import { Standstill, timersDue } from "./standstill.ts";

/** The part of a run's deadline that one step may spend on waiting for something that may never come. */
const PATIENCE_SHARE = 0.25;
/** The same part for a wait that ends once the machine has been idle for some seconds. */
const BUSY_PATIENCE_SHARE = 0.5;

/** The time of one run: how long its steps may wait, and whether it has been given up. It begins when it is made. */
export class RunTime {
	readonly #startMs = performance.now();
	readonly #timersBefore: number;
	#isGivenUp = false;

	constructor(private readonly deadlineMs: number) {
		this.#timersBefore = timersDue(deadlineMs);
	}

	/** Whether nothing is waited for any more. */
	get isGivenUp(): boolean {
		return this.#isGivenUp;
	}

	/** Ends all waits of the run at once. */
	giveUp(): void {
		this.#isGivenUp = true;
	}

	/** For something that may never come. */
	get patience(): Patience {
		return this.#patienceOf(this.deadlineMs * PATIENCE_SHARE);
	}

	/** For something that comes within this much idle time. On a busy machine, it may take half of the run's deadline. */
	patienceFor(idleMs: number): Patience {
		return this.#patienceOf(idleMs, Math.max(idleMs, this.deadlineMs * BUSY_PATIENCE_SHARE));
	}

	/** For a wait that also ends when nothing can change any more. */
	newStandstill(): Standstill {
		return new Standstill(this.#timersBefore, () => this.deadlineMs - (performance.now() - this.#startMs));
	}

	#patienceOf(ms: number, mostMs?: number): Patience {
		return new Patience(ms, mostMs, () => this.#isGivenUp);
	}
}
