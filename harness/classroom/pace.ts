import type { Shipyard } from "../judge/trial.ts";

/**
 * Deadlines for a class. What hangs is in the way of everybody else for as long as it is waited for, so that is measured:
 * a submission has many times as long as the others have just taken, on this computer and with this load.
 */

const AT_LEAST_MS = 5_000;
const TIMES = 10;
const REMEMBERED = 15;
/** These show a computer that has just become busy, when the median does not yet. */
const LATEST = 3;

/** Makes machines whose deadlines keep up with how long a lesson takes. Until something is known, theirs is their own. */
export class Pace implements Shipyard {
	readonly #yard: Shipyard;
	readonly #tookMs: number[] = [];

	constructor(yard: Shipyard) {
		this.#yard = yard;
	}

	imageKey(): Promise<string> {
		return this.#yard.imageKey();
	}

	accelerator(): Promise<string> {
		return this.#yard.accelerator();
	}

	async play(request: Parameters<Shipyard["play"]>[0]): ReturnType<Shipyard["play"]> {
		const startedMs = performance.now();
		const played = await this.#yard.play({ ...request, ...this.#deadline() });
		const { outcome } = played;
		// What hung says how long it was waited for, and what was lost says nothing.
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
