import type { DemoEvent, Phase, ShellName, Size } from "../events.ts";
import type { Moment } from "../views/past.ts";

type EventOf<Type extends DemoEvent["type"]> = Extract<DemoEvent, { type: Type }>;
export type Header = EventOf<"demo">;
type Timed<T> = T & { atMs: number };

/** How many moments, and how many phases of steps, are kept to look back on. */
const KEPT_MAX = 400;

/**
 * Where the demo was at a moment: the step's number, counted from 1, and how far the step was played. `phase` is null
 * until the demo has begun.
 */
export interface Place {
	step: number;
	phase: Phase | null;
}

/** What the page knows of the demo. It comes from the demo's events only. */
export class DemoState {
	header: Header | null = null;
	/** Why the machine went down, until the next step is played; null if it did not. */
	down: string | null = null;
	/** The step has not kept one of its promises. */
	promiseBroken = false;
	/** What the kernel showed so far. */
	past: Moment[] = [];
	readonly sizes: Partial<Record<ShellName, Size>> = {};
	#places: Timed<Place>[] = [];

	apply(event: DemoEvent): void {
		switch (event.type) {
			case "demo":
				this.header = event;
				return;
			case "step":
				this.#places = kept(this.#places, { step: event.step, phase: event.phase, atMs: event.atMs });
				if (event.phase === "typing") this.down = null;
				if (event.phase === "told") this.promiseBroken = false;
				return;
			case "size":
				this.sizes[event.shell] = event.size;
				return;
			case "view":
				this.past = kept(this.past, { atMs: event.atMs, view: event.view });
				return;
			case "back":
				// The last view shows the moment that the demo has gone back to. The demo sends that view just before this
				// event.
				this.past = this.past.slice(-1);
				this.#places = [];
				return;
			case "answer":
				// A command that was left running may end when another step is shown.
				if (event.step === this.placeAt(null).step) this.promiseBroken = event.promises.some(({ kept }) => !kept);
				return;
			case "down":
				this.down = event.how;
				return;
			default:
				return;
		}
	}

	/** Where the demo was at a moment. @param atMs the moment; null for now */
	placeAt(atMs: number | null): Place {
		const places = this.#places;
		const last = atMs === null ? places.at(-1) : (places.findLast((place) => place.atMs <= atMs) ?? places[0]);
		return last ?? { step: 1, phase: null };
	}

	/**
	 * When the step began that has just been done; null while none has, or if its beginning is not known.
	 * @param atMs the moment; null for now
	 */
	doneStepFromMs(atMs: number | null): number | null {
		const { step, phase } = this.placeAt(atMs);
		const began = this.#places.findLast((place) => place.step === step && place.phase === "typing");
		return phase === "done" ? (began?.atMs ?? null) : null;
	}

	/** What was seen up to a moment. @param atMs the moment; null for now */
	pastAt(atMs: number | null): Moment[] {
		if (atMs === null) return this.past;
		const until = this.past.findLastIndex((moment) => moment.atMs <= atMs);
		return this.past.slice(0, Math.max(0, until) + 1);
	}

	sizeOf(shell: ShellName): Size {
		return this.sizes[shell] ?? this.header?.size ?? { columns: 80, rows: 24 };
	}

	/** The shells that the demo uses, in the order of their first use. */
	get shells(): ShellName[] {
		return [...new Set(this.header?.steps.map(({ stage }) => stage) ?? [])];
	}

	/** The script of a step. */
	scriptOf(step: number): Header["steps"][number] | undefined {
		return this.header?.steps[step - 1];
	}
}

// A recording that is shown again from an earlier step sends earlier times: what came after them is forgotten.
function kept<T extends { atMs: number }>(list: readonly T[], next: T): T[] {
	return [...list.filter(({ atMs }) => atMs <= next.atMs).slice(1 - KEPT_MAX), next];
}
