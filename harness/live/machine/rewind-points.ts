import type { Checkpoint, RewindableMachine } from "../../vm/rewindable-machine.ts";
import type { KernelState, ShellName, Size } from "../events.ts";

/**
 * The most that all checkpoints of a demo may take together. A step whose checkpoint would exceed this gets none. To go
 * to such a step, the demo goes back to an earlier one and plays the steps in between.
 */
const BYTES_MAX = 2 * 2 ** 30;

/** A moment that the demo can go back to: the machine, what the terminals had shown, and what the kernel showed. */
export interface RewindPoint {
	checkpoint: Checkpoint;
	shown: Record<ShellName, string>;
	/** How large the terminals were. */
	sizes: Record<ShellName, Size>;
	kernelState: KernelState | null;
}

/**
 * The moments of a demo, by the number of the step that comes next. A moment is kept until the demo ends, and no later
 * one replaces it.
 *
 * What somebody types may ruin the machine, and a ruined machine can still keep a step's promises. So after somebody has
 * typed, no moment is kept until the demo has gone back to an earlier one.
 */
export class RewindPoints {
	readonly #points = new Map<number, RewindPoint>();
	#mayBeRuined = false;

	/** Call this when somebody has typed something that is not the demo's. */
	noteTyping(): void {
		this.#mayBeRuined = true;
	}

	/**
	 * Saves the machine as it is, for the moment before a step, unless this moment was kept before or the machine may be
	 * ruined.
	 * @param now returns what is kept beside the machine
	 * @returns the checkpoint's size in bytes; null if none was kept
	 */
	async save(
		step: number,
		machine: RewindableMachine,
		now: () => Omit<RewindPoint, "checkpoint">,
	): Promise<number | null> {
		if (this.#mayBeRuined || this.#points.has(step)) return null;
		let atRest = now();
		const checkpoint = await machine.keep(() => {
			atRest = now();
		});
		const { memory } = checkpoint;
		const all = [...this.#points.values()].reduce((sum, point) => sum + point.checkpoint.memory.bytes, memory.bytes);
		if (all > BYTES_MAX) {
			await memory.release();
			return null;
		}
		this.#points.set(step, { checkpoint, ...atRest });
		return memory.bytes;
	}

	/**
	 * Call this when the demo goes back to a step: moments are kept again from then on.
	 * @returns the step's moment, or else the last one before it; undefined if there is none
	 */
	goBack(step: number): [step: number, point: RewindPoint] | undefined {
		this.#mayBeRuined = false;
		return [...this.#points].filter(([kept]) => kept <= step).sort(([one], [other]) => other - one)[0];
	}

	/** Forgets all moments. */
	async forget(): Promise<void> {
		const points = [...this.#points.values()];
		this.#points.clear();
		for (const { checkpoint } of points) await checkpoint.memory.release();
	}
}
