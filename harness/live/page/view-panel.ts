import { Sheet } from "../drawings/sheet.ts";
import type { Past } from "../views/past.ts";
import { h } from "./elements.ts";
import { Board, drawToFit, measureLike } from "./views/board.ts";
import type { Drawn, Painter } from "./views/painter.ts";

/** The width of a scroll bar that may appear, in pixels. */
const ROOM_FOR_BAR = 16;
const NOT_READ = "This demo reads nothing for this view. The demos of the lessons about it do.";

/**
 * The part of the page that shows what the kernel shows: a tab for each view, the chosen view's picture, and a slider
 * for the moment.
 */
export class ViewPanel {
	readonly #tabs: HTMLElement;
	readonly #picture: HTMLElement;
	readonly #latestChange: HTMLElement;
	readonly #slider: HTMLInputElement;
	readonly #when: HTMLOutputElement;
	readonly #now: HTMLButtonElement;
	readonly #board = new Board();
	#drawn: (Drawn & { of: Painter }) | null = null;
	#painter: Painter | undefined;
	/** The user has chosen a view, so the demo's suggestion does not count any more. */
	#chosenByUser = false;
	#past: Past = [];
	#textIfEmpty = "";
	/** How many moments of the past are shown; null for all, also those to come. */
	#shownMoments: number | null = null;

	constructor(
		private readonly painters: readonly Painter[],
		places: { tabs: HTMLElement; picture: HTMLElement; latestChange: HTMLElement; time: HTMLElement },
	) {
		this.#tabs = places.tabs;
		this.#picture = places.picture;
		this.#latestChange = places.latestChange;
		this.#slider = h("input", { type: "range", min: 1, max: 1, value: 1, "aria-label": "moment" });
		this.#when = h("output", {});
		this.#now = h("button", {}, "now");
		this.#slider.addEventListener("input", () => this.#showMoment(Number(this.#slider.value)));
		this.#now.addEventListener("click", () => this.#showMoment(this.#past.length));
		places.time.append(this.#slider, this.#when, this.#now);
		this.#tabs.append(...painters.map((painter, index) => this.#tab(painter, index)));
		this.#painter = painters[0];
		// The drawing itself tells what has changed, beside what it is about.
		this.#latestChange.classList.add("only-heard");
		new ResizeObserver(() => this.#draw()).observe(this.#picture);
		// Texts have other widths in another typeface or size.
		void document.fonts.ready.then(() => this.#draw());
	}

	/**
	 * Shows what was seen so far.
	 * @param textIfEmpty shown if nothing was seen
	 */
	show(past: Past, textIfEmpty: string): void {
		this.#past = past;
		this.#textIfEmpty = textIfEmpty;
		if (this.#shownMoments !== null && this.#shownMoments >= past.length) this.#shownMoments = null;
		this.#paint();
	}

	/** Chooses a view by its name or its index. */
	choose(which: string | number): void {
		const painter = typeof which === "number" ? this.painters[which] : this.painters.find(({ name }) => name === which);
		if (painter === undefined) return;
		this.#chosenByUser = true;
		this.#painter = painter;
		this.#paint();
	}

	/** Shows the view that a demo wants to show first, unless the user has chosen one. */
	suggest(name: string | undefined): void {
		const painter = this.painters.find((other) => other.name === name);
		if (this.#chosenByUser || painter === undefined) return;
		this.#painter = painter;
		this.#paint();
	}

	/** Moves back in time (negative) or forward, by this many moments. */
	moveInTime(by: number): void {
		this.#showMoment(Math.max(1, (this.#shownMoments ?? this.#past.length) + by));
	}

	#showMoment(until: number): void {
		this.#shownMoments = until >= this.#past.length ? null : until;
		this.#paint();
	}

	#tab(painter: Painter, index: number): HTMLElement {
		const tab = h("button", { role: "tab", "data-name": painter.name, "aria-controls": "picture" }, painter.title);
		tab.title = `key ${index + 1}`;
		tab.addEventListener("click", () => this.choose(painter.name));
		return tab;
	}

	#paint(): void {
		for (const tab of this.#tabs.querySelectorAll("button"))
			tab.setAttribute("aria-selected", String(tab.dataset["name"] === this.#painter?.name));
		const shown = this.#past.slice(0, this.#shownMoments ?? this.#past.length);
		const last = shown.at(-1);
		this.#slider.max = String(Math.max(1, this.#past.length));
		this.#slider.value = String(shown.length);
		this.#when.value = last === undefined ? "" : `${(last.atMs / 1_000).toFixed(1)} s`;
		this.#now.disabled = this.#shownMoments === null;
		if (this.#painter === undefined) return;
		this.#picture.setAttribute("aria-label", this.#painter.title);
		const painted = paintMoment(this.#painter, shown, this.#textIfEmpty);
		if (this.#latestChange.textContent !== painted.latestChange) this.#latestChange.textContent = painted.latestChange;
		if (this.#drawn?.of !== this.#painter) this.#board.clear();
		this.#drawn = "draw" in painted ? { ...painted, of: this.#painter } : null;
		if ("body" in painted) this.#picture.replaceChildren(painted.body);
		else this.#draw();
	}

	// Draws in place, in the room that there is now.
	#draw(): void {
		if (this.#drawn === null) return;
		if (this.#picture.firstElementChild !== this.#board.element) this.#picture.replaceChildren(this.#board.element);
		const { draw, of, inWords } = this.#drawn;
		const { clientWidth: width, clientHeight: height } = this.#picture;
		if (width === 0) return;
		const room = {
			width: width - ROOM_FOR_BAR,
			height,
			fontSize: Number.parseFloat(getComputedStyle(this.#picture).fontSize),
		};
		const measure = measureLike(this.#picture);
		const { drawing, zoom } = drawToFit(room, (units) => draw(new Sheet(units, measure)));
		this.#board.show(drawing, zoom, `${of.title}: ${inWords}`);
		if (drawing.focus !== null) this.#lookAt(drawing.focus.y * zoom, (drawing.focus.y + drawing.focus.height) * zoom);
	}

	// Scrolls only if the place is not visible, and only where the picture is what scrolls.
	#lookAt(top: number, bottom: number): void {
		const { scrollTop, clientHeight } = this.#picture;
		if (top < scrollTop || bottom > scrollTop + clientHeight)
			this.#picture.scrollTop = Math.max(0, bottom - clientHeight);
	}
}

function paintMoment(painter: Painter, past: Past, textIfEmpty: string): ReturnType<Painter["paint"]> {
	const last = past.at(-1);
	if (last === undefined) return { latestChange: "", body: h("p", {}, textIfEmpty) };
	if (painter.isRead?.(last.view) === false) return { latestChange: "", body: h("p", {}, NOT_READ) };
	return painter.paint(past);
}
