import type { Past } from "../views/past.ts";
import { button, h } from "./elements.ts";
import type { Painter } from "./views/painter.ts";
import { ViewFrame } from "./views/view-frame.ts";

const NOT_READ = "This demo does not read what this view shows. The demos of some other lessons do.";

/** What the panel shows. */
export interface ShownView {
	/** Everything that was seen until now. */
	past: Past;
	/** What was seen until the moment to show. */
	shown: Past;
	painters: readonly Painter[];
	/** When the step began that has just been done, in milliseconds since the demo's beginning; null if none has. */
	stepFromMs: number | null;
	/** Name of the view to show; null for the first one. */
	view: string | null;
	/** Shown instead of a picture while nothing was seen. */
	textIfEmpty: string;
}

interface Places {
	tabs: HTMLElement;
	picture: HTMLElement;
	/** The sentence about the latest change, for screen readers only: the drawing also shows it, beside its subject. */
	latestChange: HTMLElement;
	time: HTMLElement;
}

/**
 * The part of the page that shows what the kernel shows: a tab for each view, the chosen view's picture, and a slider
 * for the moment.
 */
export class ViewPanel {
	readonly #places: Places;
	readonly #choose: (view: string) => void;
	readonly #slider = h("input", { type: "range", min: 1, max: 1, value: 1, "aria-label": "moment" });
	readonly #when = h("output", {});
	readonly #now: HTMLButtonElement;
	readonly #frame: ViewFrame;
	/** Everything that was seen: the slider moves through it. */
	#past: Past = [];
	/** The view that is shown, and the past up to the moment that is shown. */
	#painter: Painter | undefined;
	#shown: Past = [];
	#stepFromMs: number | null = null;
	/** The views that have a tab. */
	#tabbed: readonly Painter[] = [];

	/**
	 * @param choose called with the view that the user has chosen
	 * @param lookBack called with the moment that the user wants to look back on; null for now
	 */
	constructor(places: Places, choose: (view: string) => void, lookBack: (atMs: number | null) => void) {
		[this.#places, this.#choose] = [places, choose];
		const moment = (index: number) => (index >= this.#past.length - 1 ? null : (this.#past[index]?.atMs ?? null));
		this.#slider.addEventListener("input", () => lookBack(moment(Number(this.#slider.value) - 1)));
		this.#now = button("now", () => lookBack(null));
		places.time.append(this.#slider, this.#when, this.#now);
		this.#frame = new ViewFrame(places.picture);
	}

	show({ past, shown, stepFromMs, painters, view, textIfEmpty }: ShownView): void {
		const painter = painters.find(({ name }) => name === view) ?? painters[0];
		this.#past = past;
		this.#paintTabs(painters, painter);
		this.#slider.max = String(Math.max(1, past.length));
		this.#slider.value = String(shown.length);
		const last = shown.at(-1);
		this.#when.value = last === undefined ? "" : `${(last.atMs / 1_000).toFixed(1)} s`;
		this.#now.disabled = shown.length === past.length;
		const isShown = painter === this.#painter && isSame(shown, this.#shown) && stepFromMs === this.#stepFromMs;
		if (painter === undefined || isShown) return;
		[this.#painter, this.#shown, this.#stepFromMs] = [painter, shown, stepFromMs];
		const text = textInstead(painter, shown, textIfEmpty);
		const painting = text === null ? painter.paint(shown, stepFromMs) : null;
		if (painting === null) this.#frame.showText(text ?? "");
		else this.#frame.show(painter, painting);
		const change = painting?.latestChange ?? "";
		if (this.#places.latestChange.textContent !== change) this.#places.latestChange.textContent = change;
	}

	/** What the panel shows: the view's name and the moment, in milliseconds since the demo's beginning. */
	get drawn(): { view: string | null; atMs: number | null } {
		return { view: this.#painter?.name ?? null, atMs: this.#shown.at(-1)?.atMs ?? null };
	}

	// A tab that has the focus must stay the same element.
	#paintTabs(painters: readonly Painter[], chosen: Painter | undefined): void {
		if (painters.map(({ name }) => name).join() !== this.#tabbed.map(({ name }) => name).join()) {
			this.#tabbed = painters;
			this.#places.tabs.replaceChildren(...painters.map((painter, index) => this.#tab(painter, index)));
		}
		this.#places.tabs.hidden = painters.length < 2;
		for (const tab of this.#places.tabs.querySelectorAll("button"))
			tab.setAttribute("aria-selected", String(tab.dataset["name"] === chosen?.name));
	}

	#tab({ name, title }: Painter, index: number): HTMLElement {
		const attributes = { role: "tab", "data-name": name, "aria-controls": "picture", title: `key ${(index + 1) % 10}` };
		return button(title, () => this.#choose(name), attributes);
	}
}

// Moments are added at the end of a list and removed at its beginning. So lists with the same length and the same last
// moment are the same.
const isSame = (one: Past, other: Past) => one.length === other.length && one.at(-1) === other.at(-1);

/** The text to show if the view has nothing to draw; otherwise null. */
function textInstead({ isRead }: Painter, past: Past, textIfEmpty: string): string | null {
	const last = past.at(-1);
	if (last === undefined) return textIfEmpty;
	return isRead?.(last.view) === false ? NOT_READ : null;
}
