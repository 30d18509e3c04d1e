import { type Box, boxAround, type Drawing, EM, type Point, type Shape } from "./shapes.ts";

export interface TextStyle {
	/** As a multiple of normal text. */
	size?: number;
	bold?: boolean;
	/** In the typeface of code. */
	code?: boolean;
	/** Names of classes in the style sheet, separated by spaces. */
	look?: string;
}

/** How wide a text is, in units. */
export type Measure = (text: string, style: { size: number; bold: boolean; code: boolean }) => number;

/** A part of a {@link Sheet.flow}. */
export interface Item extends TextStyle {
	text: string;
	/** A shorter text, which is shown if there is no room for `text`. */
	short?: string;
	/** It has an outline. */
	tag?: boolean;
}

/** A line's height, as a multiple of the font size. */
const LINE_HEIGHT = 1.3;
/** The room between a tag's text and its outline, on the left and on the right. */
const TAG_MARGIN = 5;
/** The room between two items of a flow. */
const GAP = 7;
const ELLIPSIS = "…";

/**
 * What a drawing is drawn on. A method that adds shapes puts them on top, unless its name says otherwise. Most of these
 * methods return the room that the shapes take.
 */
export class Sheet {
	#shapes: Shape[] = [];
	#focus: Box | null = null;

	/**
	 * @param width how wide the drawing may be, in units
	 * @param measure how wide texts are where the drawing is shown
	 */
	constructor(
		readonly width: number,
		private readonly measure: Measure,
	) {}

	/** The drawing: at least as wide as the sheet, and as high as what is on it. */
	finish(): Drawing {
		const boxes = this.#shapes.map((shape) => (shape.type === "line" ? boxOf(shape.points) : shape.box));
		const { x, y, width, height } = boxAround(boxes);
		return {
			width: Math.max(this.width, x + width + 2),
			height: y + height + 3,
			shapes: this.#shapes,
			focus: this.#focus,
		};
	}

	/** Where a rectangle is; undefined if there is none with this key. */
	boxOf(key: string): Box | undefined {
		return this.#shapes.filter((shape) => shape.type === "rectangle").find((shape) => shape.key === key)?.box;
	}

	/** How much room something takes, without drawing it here. */
	sizeOf(draw: (scratch: Sheet) => Box): Box {
		return draw(new Sheet(this.width, this.measure));
	}

	widthOf(text: string, { size = 1, bold = false, code = false }: TextStyle = {}): number {
		return this.measure(text, { size: size * EM, bold, code });
	}

	/** The text, cut in the middle if it is wider than this: the ends of a path tell more than its middle. */
	fit(text: string, maxWidth: number, style: TextStyle = {}): string {
		if (this.widthOf(text, style) <= maxWidth) return text;
		for (let length = text.length - 1; length > 1; length--) {
			const head = Math.ceil(length / 3);
			const cut = `${text.slice(0, head)}${ELLIPSIS}${text.slice(text.length - length + head)}`;
			if (this.widthOf(cut, style) <= maxWidth) return cut;
		}
		return ELLIPSIS;
	}

	/** The first of these texts that is not wider than this; if none fits, the last one, cut. */
	fitOne(texts: readonly string[], maxWidth: number, style: TextStyle = {}): string {
		const fitting = texts.find((text) => this.widthOf(text, style) <= maxWidth);
		return fitting ?? this.fit(texts.at(-1) ?? "", maxWidth, style);
	}

	/** Adds one line of text, with its top left corner at this point. */
	text(key: string, [x, y]: Point, text: string, style: TextStyle = {}): Box {
		const { size = 1, bold = false, code = false, look = "" } = style;
		const box = { x, y, width: this.widthOf(text, style), height: size * EM * LINE_HEIGHT };
		this.#shapes.push({ type: "label", key, text, box, size: size * EM, bold, code, look });
		return box;
	}

	/** Adds a text that is read from the bottom to the top. @param at where the middle of its beginning is */
	turnedText(key: string, at: Point, text: string, style: TextStyle = {}): Box {
		const { size = 1, bold = false, code = false, look = "" } = style;
		const [width, height] = [size * EM * LINE_HEIGHT, this.widthOf(text, style)];
		const box = { x: at[0] - width / 2, y: at[1] - height, width, height };
		this.#shapes.push({ type: "label", key, text, box, size: size * EM, bold, code, look, turned: true });
		return box;
	}

	/** A text in as many lines as it needs. A line ends between words; only a word that is wider than a line is cut. */
	paragraph(key: string, [x, y]: Point, text: string, maxWidth: number, style: TextStyle = {}): Box {
		const lines: string[] = [];
		for (const word of text.split(" ")) {
			const longer = `${lines.at(-1) ?? ""} ${word}`;
			if (lines.length > 0 && this.widthOf(longer, style) <= maxWidth) lines[lines.length - 1] = longer;
			else lines.push(this.fit(word, maxWidth, style));
		}
		const height = (style.size ?? 1) * EM * LINE_HEIGHT;
		return boxAround(lines.map((line, index) => this.text(`${key}.${index}`, [x, y + index * height], line, style)));
	}

	/**
	 * Texts beside each other, on as many lines as they need. A text that is wider than a line has lines of its own; if
	 * it is a tag, it is cut.
	 */
	flow(key: string, [x, y]: Point, items: readonly Item[], maxWidth: number): Box {
		let at = { x, y };
		let lineHeight = 0;
		const boxes: Box[] = [];
		for (const [index, item] of items.entries()) {
			if (!item.tag && this.widthOf(item.short ?? item.text, item) > maxWidth) {
				const top = at.x > x ? at.y + lineHeight + 2 : at.y;
				const box = this.paragraph(`${key}.${index}`, [x, top], item.short ?? item.text, maxWidth, item);
				boxes.push(box);
				at = { x, y: box.y + box.height + 2 };
				lineHeight = 0;
				continue;
			}
			const margin = item.tag ? TAG_MARGIN : 0;
			const text = this.fitOne([item.text, item.short ?? item.text], maxWidth - 2 * margin, item);
			const height = (item.size ?? 1) * EM * LINE_HEIGHT;
			const width = this.widthOf(text, item) + 2 * margin;
			if (at.x > x && at.x + width > x + maxWidth) {
				at = { x, y: at.y + lineHeight + 2 };
				lineHeight = 0;
			}
			// Moves a small text down, to about the baseline of normal text.
			const down = Math.max(0, EM * LINE_HEIGHT - height) * 0.6;
			if (item.tag)
				boxes.push(
					this.rectangle(`${key}.${index}.tag`, { x: at.x, y: at.y + down, width, height }, `tag ${item.look ?? ""}`),
				);
			boxes.push(this.text(`${key}.${index}`, [at.x + margin, at.y + down], text, item));
			lineHeight = Math.max(lineHeight, height + down);
			at.x += width + GAP;
		}
		return boxAround(boxes);
	}

	rectangle(key: string, box: Box, look: string): Box {
		this.#shapes.push({ type: "rectangle", key, box, look });
		return box;
	}

	/** Draws something, and then a rectangle behind it. */
	behind(key: string, look: string, draw: () => Box): Box {
		const at = this.#shapes.length;
		const box = draw();
		this.#shapes.splice(at, 0, { type: "rectangle", key, box, look });
		return box;
	}

	line(key: string, points: readonly Point[], look: string, { arrow = false, closed = false } = {}): Box {
		this.#shapes.push({ type: "line", key, points, look, arrow, closed });
		return boxOf(points);
	}

	/** A rectangle behind everything that was drawn so far. */
	rectangleBehind(key: string, box: Box, look: string): void {
		this.#shapes.unshift({ type: "rectangle", key, box, look });
	}

	/** A line behind everything that was drawn so far. */
	lineBehind(key: string, points: readonly Point[], look: string, { arrow = false, closed = false } = {}): void {
		this.#shapes.unshift({ type: "line", key, points, look, arrow, closed });
	}

	/**
	 * The sentence that says what has changed, in a balloon that points up to what the sentence is about. A drawing has
	 * one such sentence at most, so that it is clear where to look.
	 * @param pointsAt the x that the balloon points to; null if it points to nothing
	 */
	callout(text: string, { x, y, width }: Omit<Box, "height">, pointsAt: number | null): Box {
		const margin = 9;
		const tip = pointsAt === null ? 0 : 8;
		const at = Math.min(Math.max(pointsAt ?? x, x + 14), x + width - 14);
		return this.behind("callout", "callout", () => {
			this.text("callout.mark", [x + margin, y + tip + margin - 2], "●", { look: "changed" });
			const room = width - 2 * margin - EM;
			const words = this.paragraph("callout", [x + margin + EM, y + tip + margin - 2], text, room, { bold: true });
			const height = words.height + 2 * margin - 3;
			const box = { x, y: y + tip, width: Math.max(words.width + 2 * margin + EM, at + 14 - x), height };
			const corners: Point[] = [
				[at - 8, y + tip + 1],
				[at, y],
				[at + 8, y + tip + 1],
			];
			if (pointsAt !== null) this.line("callout.tip", corners, "callout-tip", { closed: true });
			this.#focus = { ...box, y, height: height + tip };
			return box;
		});
	}
}

const boxOf = (points: readonly Point[]): Box => boxAround(points.map(([x, y]) => ({ x, y, width: 0, height: 0 })));
