import { Sheet } from "../drawings/sheet.ts";
import type { Past } from "../views/past.ts";
import { h } from "./elements.ts";
import { Board, drawToFit, measureLike } from "./views/board.ts";
import type { Drawn, Painter } from "./views/painter.ts";

/** The width of a scroll bar that may appear, in pixels. */
const ROOM_FOR_BAR = 16;
const NOT_READ = "This demo reads nothing for this view. The demos of the lessons about it do.";

/** What the panel shows. */
export interface ShownView {
	/** Everything that was seen until now. */
	past: Past;
	/** What was seen until the moment to show. */
	shown: Past;
	painters: readonly Painter[];
	/** Name of the view to show; otherwise the first one. */
	view: string | null;
	textIfEmpty: string;
}

interface Places {
	tabs: HTMLElement;
	picture: HTMLElement;
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
	readonly #now = h("button", { type: "button" }, "now");
	readonly #board = new Board();
	#drawn: (Drawn & { of: Painter }) | null = null;
	#past: Past = [];
	#painter: Painter | undefined;
	#shown: Past | null = null;
	#tabbed: readonly Painter[] = [];

	/**
	 * @param choose called with the view that the user has chosen
	 * @param lookBack called with the moment that the user wants to look back on; null for now
	 */
	constructor(places: Places, choose: (view: string) => void, lookBack: (atMs: number | null) => void) {
		[this.#places, this.#choose] = [places, choose];
		const moment = (index: number) => (index >= this.#past.length - 1 ? null : (this.#past[index]?.atMs ?? null));
		this.#slider.addEventListener("input", () => lookBack(moment(Number(this.#slider.value) - 1)));
		this.#now.addEventListener("click", () => lookBack(null));
		places.time.append(this.#slider, this.#when, this.#now);
		// The drawing itself tells what has changed, beside what it is about.
		places.latestChange.classList.add("only-heard");
		new ResizeObserver(() => this.#draw()).observe(places.picture);
		// Texts have other widths in another typeface or size.
		void document.fonts.ready.then(() => this.#draw());
	}

	show({ past, shown, painters, view, textIfEmpty }: ShownView): void {
		const { picture, latestChange } = this.#places;
		const painter = painters.find(({ name }) => name === view) ?? painters[0];
		this.#past = past;
		this.#paintTabs(painters, painter);
		this.#slider.max = String(Math.max(1, past.length));
		this.#slider.value = String(shown.length);
		const last = shown.at(-1);
		this.#when.value = last === undefined ? "" : `${(last.atMs / 1_000).toFixed(1)} s`;
		this.#now.disabled = shown.length === past.length;
		if (painter === undefined || (painter === this.#painter && shown === this.#shown)) return;
		[this.#painter, this.#shown] = [painter, shown];
		const painted = paintMoment(painter, shown, textIfEmpty);
		picture.setAttribute("aria-label", painter.title);
		if (latestChange.textContent !== painted.latestChange) latestChange.textContent = painted.latestChange;
		if (this.#drawn?.of !== painter) this.#board.clear();
		this.#drawn = "draw" in painted ? { ...painted, of: painter } : null;
		if ("body" in painted) picture.replaceChildren(painted.body);
		else this.#draw();
	}

	// Draws in place, in the room that there is now.
	#draw(): void {
		const { picture } = this.#places;
		const { clientWidth: width, clientHeight: height } = picture;
		if (this.#drawn === null || width === 0) return;
		if (picture.firstElementChild !== this.#board.element) picture.replaceChildren(this.#board.element);
		const { draw, of, inWords } = this.#drawn;
		const fontSize = Number.parseFloat(getComputedStyle(picture).fontSize);
		const measure = measureLike(picture);
		const room = { width: width - ROOM_FOR_BAR, height, fontSize };
		const { drawing, zoom } = drawToFit(room, (units) => draw(new Sheet(units, measure)));
		this.#board.show(drawing, zoom, `${of.title}: ${inWords}`);
		if (drawing.focus !== null) this.#lookAt(drawing.focus.y * zoom, (drawing.focus.y + drawing.focus.height) * zoom);
	}

	// Scrolls only if the place is not visible, and only where the picture is what scrolls.
	#lookAt(top: number, bottom: number): void {
		const { picture } = this.#places;
		if (top < picture.scrollTop || bottom > picture.scrollTop + picture.clientHeight)
			picture.scrollTop = Math.max(0, bottom - picture.clientHeight);
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
		const attributes = { type: "button", role: "tab", "data-name": name, "aria-controls": "picture" };
		const tab = h("button", { ...attributes, title: `key ${index + 1}` }, title);
		tab.addEventListener("click", () => this.#choose(name));
		return tab;
	}
}

function paintMoment(painter: Painter, past: Past, textIfEmpty: string): ReturnType<Painter["paint"]> {
	const last = past.at(-1);
	if (last === undefined) return { latestChange: "", body: h("p", {}, textIfEmpty) };
	if (painter.isRead?.(last.view) === false) return { latestChange: "", body: h("p", {}, NOT_READ) };
	return painter.paint(past);
}
