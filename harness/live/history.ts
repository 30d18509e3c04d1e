import { type DemoEvent, SHELLS } from "./events.ts";
import { lastLines } from "./shells.ts";

/** A page that connects later gets this many past views, to look back on. */
const VIEWS_KEPT = 60;

/** A demo so far: the events that a page needs when it connects later, to show what all other pages show. */
export class History {
	#header: DemoEvent | null = null;
	#step: DemoEvent | null = null;
	#answer: DemoEvent | null = null;
	readonly #screens = new Map<string, Extract<DemoEvent, { type: "screen" }>>();
	readonly #sizes = new Map<string, DemoEvent>();
	#views: DemoEvent[] = [];

	add(event: DemoEvent): void {
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
				this.#screens.set(event.shell, { ...event, type: "screen", data: lastLines(shown + event.data) });
				return;
			}
			case "view":
				this.#views = [...this.#views.slice(1 - VIEWS_KEPT), event];
				return;
			case "back":
				// The last view shows the moment that the demo has gone back to. The demo sends that view just before this
				// event.
				this.#views = this.#views.slice(-1);
				return;
			default:
				return;
		}
	}

	/** The events, in an order in which a page can apply them. */
	get events(): DemoEvent[] {
		const ofShells = (events: ReadonlyMap<string, DemoEvent>) => SHELLS.map((shell) => events.get(shell) ?? null);
		return [
			...[this.#header, ...ofShells(this.#sizes), ...ofShells(this.#screens)],
			...[...this.#views, this.#step, this.#answer],
		].filter((event) => event !== null);
	}
}

/** An event as followers get it: without the presenter's notes. */
export function withoutNotes(event: DemoEvent): DemoEvent {
	if (event.type !== "demo") return event;
	return { ...event, steps: event.steps.map(({ note: _, ...step }) => step) };
}
