import type { Checkpoint } from "../vm/rewindable-machine.ts";
import type { Answers, ShellName } from "./events.ts";

/**
 * The most that all checkpoints of a demo may take together. A step whose checkpoint would exceed this gets none: the
 * demo cannot go back to it.
 */
const KEPT_BYTES = 2 * 2 ** 30;

/** A moment that the demo can go back to: the machine, what the terminals had shown, and what the kernel showed. */
export interface Moment {
	checkpoint: Checkpoint;
	shown: Record<ShellName, string>;
	answers: Answers | null;
}

/** The moments of a demo, by the number of the step that comes next. */
export class Moments {
	readonly #moments = new Map<number, Moment>();

	/**
	 * Keeps the moment before a step. Forgets the moments of this step and of later ones that were kept before.
	 * @returns whether there was room for it
	 */
	async keep(step: number, moment: Moment): Promise<boolean> {
		await this.forget(step);
		const { memory } = moment.checkpoint;
		const all = [...this.#moments.values()].reduce(
			(sum, { checkpoint }) => sum + checkpoint.memory.bytes,
			memory.bytes,
		);
		if (all > KEPT_BYTES) await memory.release();
		else this.#moments.set(step, moment);
		return all <= KEPT_BYTES;
	}

	/** The last moment that is not after this step; undefined if there is none. */
	nearest(step: number): [step: number, moment: Moment] | undefined {
		return [...this.#moments].filter(([kept]) => kept <= step).sort(([one], [other]) => other - one)[0];
	}

	/** Forgets the moments of this step and of all later ones. */
	async forget(from: number): Promise<void> {
		for (const [step, { checkpoint }] of [...this.#moments]) {
			if (step < from) continue;
			this.#moments.delete(step);
			await checkpoint.memory.release();
		}
	}
}
