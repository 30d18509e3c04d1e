import { processorTime } from "./computer/processor-share.ts";
import type { ProcessorBudget } from "./deadlines.ts";

/** How often {@link ProcessorLimit} looks. */
const LOOK_MS = 500;

/**
 * Watches how much processor time a process uses. If the kernel does not say how much that is, nothing is limited.
 */
export class ProcessorLimit {
	readonly #looking: NodeJS.Timeout;
	/** The processor time that the process had used when the run began; null before the first look. */
	#runBeganNs: number | null = null;
	/** The same for the current stage. Null when a stage has just ended: the next look begins the next stage. */
	#stageBeganNs: number | null = null;

	/**
	 * @param budget counts from now on
	 * @param onExceeded called once, when the process has used up the budget of the run or of a stage
	 */
	constructor(
		private readonly pid: number,
		private readonly budget: ProcessorBudget,
		private readonly onExceeded: () => void,
	) {
		this.#looking = setInterval(() => void this.#look(), LOOK_MS);
		void this.#look();
	}

	/** A stage has ended, and the next one gets the whole budget of a stage. */
	endStage(): void {
		this.#stageBeganNs = null;
	}

	stop(): void {
		clearInterval(this.#looking);
	}

	async #look(): Promise<void> {
		const now = await processorTime(this.pid);
		if (now === null) return;
		this.#runBeganNs ??= now.ranNs;
		this.#stageBeganNs ??= now.ranNs;
		const isExceeded =
			now.ranNs - this.#runBeganNs >= this.budget.runMs * 1e6 ||
			now.ranNs - this.#stageBeganNs >= this.budget.stageMs * 1e6;
		if (!isExceeded) return;
		this.stop();
		this.onExceeded();
	}
}
