import type { Checkpoint } from "../vm/rewindable-machine.ts";
import type { KernelState, ShellName } from "./events.ts";

/**
 * The most that all checkpoints of a demo may take together. A step whose checkpoint would exceed this gets none: the
 * demo cannot go back to it.
 */
const BYTES_MAX = 2 * 2 ** 30;

/** A moment that the demo can go back to: the machine, what the terminals had shown, and what the kernel showed. */
export interface RewindPoint {
	checkpoint: Checkpoint;
	shown: Record<ShellName, string>;
	kernelState: KernelState | null;
}

/** The moments of a demo, by the number of the step that comes next. */
export class RewindPoints {
	readonly #points = new Map<number, RewindPoint>();

	/**
	 * Keeps the moment before a step. Forgets the moments of this step and of later ones that were kept before.
	 * @returns whether there was room for it
	 */
	async keep(step: number, point: RewindPoint): Promise<boolean> {
		await this.forget(step);
		const { memory } = point.checkpoint;
		const all = [...this.#points.values()].reduce((sum, { checkpoint }) => sum + checkpoint.memory.bytes, memory.bytes);
		if (all > BYTES_MAX) await memory.release();
		else this.#points.set(step, point);
		return all <= BYTES_MAX;
	}

	/** The last moment that is not after this step; undefined if there is none. */
	nearest(step: number): [step: number, point: RewindPoint] | undefined {
		return [...this.#points].filter(([kept]) => kept <= step).sort(([one], [other]) => other - one)[0];
	}

	/** Forgets the moments of this step and of all later ones. */
	async forget(from: number): Promise<void> {
		for (const [step, { checkpoint }] of [...this.#points]) {
			if (step < from) continue;
			this.#points.delete(step);
			await checkpoint.memory.release();
		}
	}
}
