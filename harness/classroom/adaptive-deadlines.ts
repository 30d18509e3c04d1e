import type { MachinePool } from "../judge/module-run.ts";

/**
 * Deadlines for a class. A submission that hangs delays all others until its deadline. So the deadline is derived from
 * measurements: it is many times what other submissions have just taken on this computer, under its present load.
 */

const AT_LEAST_MS = 5_000;
const TIMES = 10;
const REMEMBERED = 15;
/** The median of so few runs rises as soon as the computer becomes busy. The median of all rises later. */
const LATEST = 3;

/** Runs machines with deadlines that follow how long a lesson takes. The first runs have the machine's own deadline. */
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
		// Only runs that ended count. A run that hung took as long as its deadline, and a lost machine says nothing.
		const ended = outcome.kind === "observed" ? Object.values(outcome.observation.calls) : [];
		if (ended.length > 0 && ended.every(({ ending }) => ending.how !== "hung"))
			this.#tookMs.push(performance.now() - startedMs);
		return played;
	}

	#deadline(): { patienceMs?: number } {
		if (this.#tookMs.length === 0) return {};
		const tookMs = Math.max(median(this.#tookMs.slice(-REMEMBERED)), median(this.#tookMs.slice(-LATEST)));
		return { patienceMs: AT_LEAST_MS + TIMES * tookMs };
	}
}

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
