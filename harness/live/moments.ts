import type { Checkpoint } from "../vm/rewindable.ts";
import type { Answers, ShellName } from "./events.ts";

/** What all of a demo's checkpoints may take together; a step that would take more cannot be gone back to. */
const KEPT_BYTES = 2 * 2 ** 30;

/** A moment that can be gone back to: the machine, what its terminals had shown, and what the kernel did. */
export interface Moment {
	checkpoint: Checkpoint;
	shown: Record<ShellName, string>;
	answers: Answers | null;
}

/** The moments of a demo, by the step that comes next. */
export class Moments {
	readonly #moments = new Map<number, Moment>();

	/**
	 * Keeps a moment. What was kept of later ones is another story now, and goes.
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

	/** The last one that is not after this step. */
	nearest(step: number): [step: number, moment: Moment] | undefined {
		return [...this.#moments].filter(([kept]) => kept <= step).sort(([one], [other]) => other - one)[0];
	}

	/** Forgets this step's and all later ones. */
	async forget(from: number): Promise<void> {
		for (const [step, { checkpoint }] of [...this.#moments]) {
			if (step < from) continue;
			this.#moments.delete(step);
			await checkpoint.memory.release();
		}
	}
}
