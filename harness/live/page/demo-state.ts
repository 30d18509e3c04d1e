import type { DemoEvent, Phase, ShellName, Size } from "../events.ts";
import type { Moment } from "../views/past.ts";

type EventOf<Type extends DemoEvent["type"]> = Extract<DemoEvent, { type: Type }>;
export type Header = EventOf<"demo">;

/** How many moments are kept to look back on. */
const MOMENTS_MAX = 400;

/** What the page knows of the demo. It comes from the demo's events only. */
export class DemoState {
	header: Header | null = null;
	step = 1;
	phase: Phase | null = null;
	/** Why the machine was down, until the next step is played. */
	down: string | null = null;
	/** The step has not kept one of its promises. */
	promiseBroken = false;
	past: Moment[] = [];
	readonly sizes: Partial<Record<ShellName, Size>> = {};

	apply(event: DemoEvent): void {
		switch (event.type) {
			case "demo":
				this.header = event;
				return;
			case "step":
				[this.step, this.phase] = [event.step, event.phase];
				if (event.phase === "typing") this.down = null;
				if (event.phase === "told") this.promiseBroken = false;
				return;
			case "size":
				this.sizes[event.shell] = event.size;
				return;
			case "view":
				this.past = [...this.past.slice(1 - MOMENTS_MAX), { atMs: event.atMs, view: event.view }];
				return;
			case "back":
				// The last view is that of the moment that the demo has gone back to: the demo sends it just before this
				// event.
				this.past = this.past.slice(-1);
				return;
			case "answer":
				this.promiseBroken = event.promises.some(({ kept }) => !kept);
				return;
			case "down":
				this.down = event.how;
				return;
			default:
				return;
		}
	}

	sizeOf(shell: ShellName): Size {
		return this.sizes[shell] ?? this.header?.size ?? { columns: 80, rows: 24 };
	}

	/** The script of the current step. */
	get currentStep(): Header["steps"][number] | undefined {
		return this.header?.steps[this.step - 1];
	}
}
