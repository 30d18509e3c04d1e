import type { Box, Drawing, Point, Shape } from "../../drawings/shapes.ts";
import type { Measure } from "../../drawings/sheet.ts";
import { svg } from "../elements.ts";
import { MARGIN, pixelsOf } from "./draw-to-fit.ts";

/** How far from a corner its rounding begins, in a drawing's units. */
const CORNER = 7;
/** How long the two strokes of an arrow's head are, in a drawing's units. */
const ARROW_HEAD = 9;

/**
 * The place on the page where a drawing is shown. A shape that is also in the next drawing is moved there, and not made
 * anew, so it does not flicker.
 */
export class Board {
	readonly element = svg("svg", { class: "drawing", role: "img" });
	readonly #elements = new Map<string, SVGElement>();

	/**
	 * Shows a drawing.
	 * @param zoom how many pixels a unit is
	 * @param inWords the drawing in words, for people who do not see it
	 */
	show(drawing: Drawing, zoom: number, inWords: string): void {
		const { shapes } = drawing;
		const { width, height } = pixelsOf(drawing, zoom);
		const units = [-MARGIN, -MARGIN, drawing.width + MARGIN, drawing.height + MARGIN];
		this.element.setAttribute("viewBox", units.map(round).join(" "));
		this.element.setAttribute("width", String(width));
		this.element.setAttribute("height", String(height));
		this.element.setAttribute("aria-label", inWords);
		const keys = new Set(shapes.map(keyOf));
		for (const key of [...this.#elements.keys()]) if (!keys.has(key)) this.#remove(key);
		let before: Element | null = null;
		for (const shape of shapes) {
			const element = this.#elements.get(keyOf(shape)) ?? this.#add(shape);
			update(element, shape);
			// An element that is already in its place must not be inserted again: that would end its motion.
			const place: Element | null = before === null ? this.element.firstElementChild : before.nextElementSibling;
			if (place !== element) this.element.insertBefore(element, place);
			before = element;
		}
	}

	/** Removes what is shown, because the next drawing is about something else. */
	clear(): void {
		for (const key of [...this.#elements.keys()]) this.#remove(key);
	}

	#add(shape: Shape): SVGElement {
		const element = svg(shape.type === "rectangle" ? "rect" : shape.type === "label" ? "text" : "path");
		this.#elements.set(keyOf(shape), element);
		return element;
	}

	#remove(key: string): void {
		this.#elements.get(key)?.remove();
		this.#elements.delete(key);
	}
}

/** Makes a function that measures texts in the fonts of this element. */
export function measureLike(element: Element): Measure {
	const context = document.createElement("canvas").getContext("2d");
	const style = getComputedStyle(element);
	const fonts = { text: style.fontFamily, code: style.getPropertyValue("--font-code") || "monospace" };
	return (text, { size, bold, code }) => {
		if (context === null) return text.length * size * 0.6;
		context.font = `${bold ? 700 : 400} ${size}px ${code ? fonts.code : fonts.text}`;
		return context.measureText(text).width;
	};
}

// A rectangle and a text on it may have the same key, because they stand for the same thing.
const keyOf = ({ type, key }: Shape) => `${type} ${key}`;

function update(element: SVGElement, shape: Shape): void {
	set(element, "class", `${shape.type} ${shape.look}`.trim());
	if (shape.type === "rectangle") {
		for (const name of ["x", "y", "width", "height"] as const) set(element, name, round(shape.box[name]));
	} else if (shape.type === "label") {
		if (element.textContent !== shape.text) element.textContent = shape.text;
		set(element, "font-size", round(shape.size));
		set(element, "data-style", [shape.bold && "bold", shape.code && "code"].filter(Boolean).join(" "));
		element.style.transform = shape.turned ? turnedPlaceOf(shape.box, shape.size) : placeOf(shape.box, shape.size);
	} else {
		set(element, "d", pathOf(shape.points, shape.closed) + (shape.arrow ? headOf(shape.points) : ""));
	}
}

/** How far a text's baseline is below the middle of its line, as a multiple of the font size. */
const BASELINE = 0.35;

const placeOf = ({ x, y, height }: Box, size: number) =>
	`translate(${round(x)}px, ${round(y + height / 2 + size * BASELINE)}px)`;

const turnedPlaceOf = ({ x, y, width, height }: Box, size: number) =>
	`translate(${round(x + width / 2 + size * BASELINE)}px, ${round(y + height)}px) rotate(-90deg)`;

function set(element: Element, name: string, value: string): void {
	if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A path through the points. Its corners are round unless it is closed. */
function pathOf(points: readonly Point[], closed: boolean): string {
	const [first, ...rest] = points;
	if (first === undefined) return "M0 0";
	const pieces = rest.map((point, index) => {
		const next = rest[index + 1];
		const before = points[index] ?? first;
		if (next === undefined || closed) return `L${at(point)}`;
		return `L${at(towards(point, before))}Q${at(point)} ${at(towards(point, next))}`;
	});
	return `M${at(first)}${pieces.join("")}${closed ? "Z" : ""}`;
}

/** The head of the arrow at the end of a line. */
function headOf(points: readonly Point[]): string {
	const [from, to] = points.slice(-2);
	if (from === undefined || to === undefined) return "";
	const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
	const [one, other] = [angle - 2.6, angle + 2.6].map(
		(side): Point => [to[0] + ARROW_HEAD * Math.cos(side), to[1] + ARROW_HEAD * Math.sin(side)],
	);
	return one === undefined || other === undefined ? "" : `M${at(one)}L${at(to)}L${at(other)}`;
}

/** The point between `from` and `to` where the rounding of the corner at `from` stops. It is at most in the middle. */
function towards(from: Point, to: Point): Point {
	const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
	const length = Math.hypot(dx, dy);
	const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
	return [from[0] + dx * part, from[1] + dy * part];
}

const at = ([x, y]: Point) => `${round(x)} ${round(y)}`;
const round = (n: number) => String(Math.round(n * 10) / 10);
