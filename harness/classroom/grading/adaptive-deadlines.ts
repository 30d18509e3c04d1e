import type { MachinePool } from "../../judge/module-run.ts";

/**
 * Deadlines for a class. A submission that hangs delays all others until its deadline. So the deadline is derived from
 * measurements: it grows with the time that other runs of the lesson have just taken on this computer.
 */

/** The deadline of a run that takes no time. */
const DEADLINE_MIN_MS = 5_000;
/** This many times the median duration is added to `DEADLINE_MIN_MS`. */
const DEADLINE_FACTOR = 10;
/** The larger of two medians counts. One is the median of this many latest runs. */
const RUNS_LONG = 15;
/** The other is the median of so few latest runs that it rises as soon as the computer becomes busy. */
const RUNS_SHORT = 3;

/**
 * Runs the machines of one lesson, with deadlines that follow how long a run of this lesson takes. Until a run has
 * ended, the machine's own deadline holds.
 */
export class AdaptiveDeadlines implements MachinePool {
	readonly #machines: MachinePool;
	readonly #tookMs: number[] = [];

	constructor(machines: MachinePool) {
		this.#machines = machines;
	}

	imageKey(): Promise<string> {
		return this.#machines.imageKey();
	}

	accelerator(): Promise<string> {
		return this.#machines.accelerator();
	}

	async play(request: Parameters<MachinePool["play"]>[0]): ReturnType<MachinePool["play"]> {
		const startedMs = performance.now();
		const played = await this.#machines.play({ ...request, ...this.#deadline() });
		const { outcome } = played;
		// Only runs that ended by themselves count: a run that hung took as long as its deadline. The time until a
		// machine was lost says nothing about the lesson.
		const ended = outcome.kind === "observed" ? Object.values(outcome.observation.calls) : [];
		if (ended.length > 0 && ended.every(({ ending }) => ending.how !== "hung"))
			this.#tookMs.push(performance.now() - startedMs);
		return played;
	}

	#deadline(): { patienceMs?: number } {
		if (this.#tookMs.length === 0) return {};
		const tookMs = Math.max(median(this.#tookMs.slice(-RUNS_LONG)), median(this.#tookMs.slice(-RUNS_SHORT)));
		return { patienceMs: DEADLINE_MIN_MS + DEADLINE_FACTOR * tookMs };
	}
}

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
