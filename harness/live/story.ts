import { type DemoEvent, SHELLS } from "./events.ts";
import { lastOf } from "./shells.ts";

/** So many views are told to whoever comes later: what they can look back on. */
const VIEWS = 60;

/** A demo as far as it has come: the events that whoever comes later must be told to see what all see. */
export class Story {
	#header: DemoEvent | null = null;
	#step: DemoEvent | null = null;
	#answer: DemoEvent | null = null;
	readonly #screens = new Map<string, Extract<DemoEvent, { type: "screen" }>>();
	readonly #sizes = new Map<string, DemoEvent>();
	#views: DemoEvent[] = [];

	take(event: DemoEvent): void {
		switch (event.type) {
			case "demo":
				this.#header = event;
				return;
			case "step":
				this.#step = event;
				if (event.phase === "told") this.#answer = null;
				return;
			case "answer":
				this.#answer = event;
				return;
			case "size":
				this.#sizes.set(event.shell, event);
				return;
			case "screen":
				this.#screens.set(event.shell, event);
				return;
			case "output": {
				const shown = this.#screens.get(event.shell)?.data ?? "";
				this.#screens.set(event.shell, { ...event, type: "screen", data: lastOf(shown + event.data) });
				return;
			}
			case "view":
				this.#views = [...this.#views.slice(1 - VIEWS), event];
				return;
			case "back":
				// What was seen after that moment has not happened.
				this.#views = this.#views.slice(-1);
				return;
			default:
				return;
		}
	}

	/** In an order in which they can be taken one after the other. */
	get sofar(): DemoEvent[] {
		const ofShells = (events: ReadonlyMap<string, DemoEvent>) => SHELLS.map((shell) => events.get(shell) ?? null);
		return [
			...[this.#header, ...ofShells(this.#sizes), ...ofShells(this.#screens)],
			...[...this.#views, this.#step, this.#answer],
		].filter((event) => event !== null);
	}
}

/** What followers are told of it: a presenter's notes are not for them. */
export function forFollowers(event: DemoEvent): DemoEvent {
	if (event.type !== "demo") return event;
	return { ...event, steps: event.steps.map(({ note: _, ...step }) => step) };
}
