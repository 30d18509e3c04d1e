import { Sheet } from "../../drawings/sheet.ts";
import { h } from "../elements.ts";
import { pageScrolls } from "../fit.ts";
import { Board, measureLike } from "./board.ts";
import { drawToFit, type Room } from "./draw-to-fit.ts";
import type { Painter, Painting } from "./painter.ts";

/** The width of a scroll bar that may appear, in pixels. None appears where the whole page scrolls. */
const ROOM_FOR_BAR = 16;

/** The place on the page where a view is shown. It draws again whenever its size or the size of its text changes. */
export class ViewFrame {
	readonly #board = new Board();
	#painter: Painter | null = null;
	#painting: Painting | null = null;

	constructor(private readonly place: HTMLElement) {
		new ResizeObserver(() => this.fit()).observe(place);
		new MutationObserver(() => this.fit()).observe(document.documentElement, { attributeFilter: ["data-type"] });
		// Texts have other widths as soon as the page's typefaces are loaded.
		void document.fonts.ready.then(() => this.fit());
	}

	/** Shows a painting. If the last one was of the same view, its shapes move to their new places. */
	show(painter: Painter, painting: Painting): void {
		if (this.#painter !== painter) this.#board.clear();
		[this.#painter, this.#painting] = [painter, painting];
		this.place.setAttribute("aria-label", painter.title);
		if (this.place.firstElementChild !== this.#board.element) this.place.replaceChildren(this.#board.element);
		this.fit();
	}

	/** Shows a text, because there is nothing to draw. */
	showText(text: string): void {
		this.#painting = null;
		this.place.replaceChildren(h("p", {}, text));
	}

	/** Draws as large as there is room. */
	fit(): void {
		if (this.#painting === null || this.#painter === null || this.place.clientWidth === 0) return;
		const { draw, inWords } = this.#painting;
		const measure = measureLike(this.place);
		const { drawing, zoom } = drawToFit(this.#room, (width) => draw(new Sheet(width, measure)), this.#roomAtNormalText);
		this.#board.show(drawing, zoom, `${this.#painter.title}: ${inWords}`);
		const { focus } = drawing;
		if (focus !== null) this.#lookAt(focus.y * zoom, (focus.y + focus.height) * zoom);
	}

	get #room(): Room {
		const { clientWidth, clientHeight: height } = this.place;
		const fontSize = Number.parseFloat(getComputedStyle(this.place).fontSize);
		const scrolls = pageScrolls();
		return { width: clientWidth - (scrolls ? 0 : ROOM_FOR_BAR), height, fontSize, pageScrolls: scrolls };
	}

	/** The room that there would be if the page's text were not large; null if it is not large. */
	get #roomAtNormalText(): Room | null {
		const { dataset, style } = document.documentElement;
		if (dataset["type"] !== "large") return null;
		style.setProperty("--zoom", "1");
		const room = this.#room;
		style.removeProperty("--zoom");
		return room;
	}

	// Scrolls to a part of the drawing that is not visible. Where the whole page scrolls, this has no effect.
	#lookAt(top: number, bottom: number): void {
		const { scrollTop, clientHeight } = this.place;
		if (top < scrollTop || bottom > scrollTop + clientHeight) this.place.scrollTop = Math.max(0, bottom - clientHeight);
	}
}
