import type { DemoEvent } from "../events.ts";
import { type Desk, NOTHING_CHOSEN, type Role, type ServerMessage, type Shown } from "../messages.ts";
import { type Composition, compose } from "./composition.ts";
import { DemoState, type Header, type Place } from "./demo-state.ts";

/**
 * What a page shows of the demo. The page's user chooses it. A follower's page at first shows what the presenter's page
 * shows.
 */
export class Showing {
	demo = new DemoState();
	role: Role | null = null;
	/** The demo is a recording, so nobody can type. */
	recorded = false;
	/** Null on a follower's page. */
	desk: Desk | null = null;
	followers = 0;
	shown = NOTHING_CHOSEN;
	/** A follower's page shows what the presenter's page shows, until the follower chooses something else. */
	following = true;
	/** The page shows the learner's own work. */
	working = false;
	/** The presenter's page shows the note for the step, if there is one. */
	noteShown = false;
	/** What the page waits for; empty for nothing. */
	waitsFor = "";
	/** What the presenter's page shows. */
	#ofPresenter = NOTHING_CHOSEN;

	/** Begins with what the server's first message says. */
	begin({ role, recorded, desk, shown, events }: Extract<ServerMessage, { type: "welcome" }>): void {
		Object.assign(this, { role, recorded, desk, shown, following: true, demo: new DemoState() });
		this.#ofPresenter = shown;
		for (const event of events) this.demo.apply(event);
	}

	apply(event: DemoEvent): void {
		this.demo.apply(event);
		if (event.type !== "step") return;
		this.waitsFor = "";
		// A chosen composition or shell counts until a step is told or played. A pane that was chosen to be alone stays
		// until a step is told.
		const { composition, shell, alone } = NOTHING_CHOSEN;
		if (event.phase === "told") this.shown = { ...this.shown, composition, shell, alone };
		if (event.phase === "typing") this.shown = { ...this.shown, composition, shell };
	}

	/** Called when a presenter's page shows something else. A page that follows shows the same. */
	follow(shown: Shown): void {
		this.#ofPresenter = shown;
		if (this.following) this.shown = shown;
	}

	choose(change: Partial<Shown>): void {
		this.shown = { ...this.shown, ...change };
		this.following = this.presents;
	}

	/**
	 * Stops showing the learner's own work. Besides, a follower's page shows again what the presenter's page shows. A
	 * presenter's page that shows the past goes back to the present. One that shows the present gives up the chosen
	 * composition and the pane that was chosen to be alone.
	 */
	leave(): void {
		const { composition, alone, atMs } = NOTHING_CHOSEN;
		this.working = false;
		if (!this.presents) [this.shown, this.following] = [this.#ofPresenter, true];
		else if (this.shown.atMs !== null) this.choose({ atMs });
		else this.choose({ alone, composition });
	}

	get presents(): boolean {
		return this.role === "presenter";
	}

	/** Where the demo is. When the page looks back: where the demo was at that moment. */
	get place(): Place {
		return this.demo.placeAt(this.shown.atMs);
	}

	get script(): Header["steps"][number] | undefined {
		return this.demo.scriptOf(this.place.step);
	}

	get composition(): Composition {
		return compose(this.shown, this.place.phase, this.script?.stage ?? "host", this.working);
	}

	/** Looks back or forward in time. @param by how many moments to go forward; negative to go back */
	moveInTime(by: number): void {
		const { past } = this.demo;
		const at = this.demo.pastAt(this.shown.atMs).length - 1 + by;
		const last = past.length - 1;
		this.choose({ atMs: at >= last ? null : (past[Math.max(0, at)]?.atMs ?? null) });
	}

	/** A line on what is unusual about what the page shows; empty if nothing is. */
	get state(): string {
		const { atMs } = this.shown;
		const agoMs = atMs === null ? 0 : (this.demo.past.at(-1)?.atMs ?? atMs) - atMs;
		const texts = [
			atMs !== null && `Past: ${(agoMs / 1_000).toFixed(1)} s before now. Esc goes back to now.`,
			!this.following && "You look around. Esc shows what the presenter shows.",
			this.waitsFor,
		];
		return texts.filter(Boolean).join(" ");
	}
}
