/** A rectangle, in a drawing's units; see {@link EM}. */
export interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

export type Point = readonly [x: number, y: number];

/** The font size of normal text, in a drawing's units. */
export const EM = 16;

interface Keyed {
	/**
	 * What the shape stands for. If the next drawing has a shape of the same type with the same key, both are the same
	 * thing, perhaps moved.
	 */
	key: string;
	/** Names of classes in the style sheet, separated by spaces: what kind of thing it is. */
	look: string;
}

export type Shape = Rectangle | Label | Line;

export interface Rectangle extends Keyed {
	type: "rectangle";
	box: Box;
}

/** One line of text. */
export interface Label extends Keyed {
	type: "label";
	text: string;
	/** The room that the text takes, from the top of its line to the bottom. */
	box: Box;
	/** The font size, in a drawing's units. */
	size: number;
	bold: boolean;
	/** In the typeface of code. */
	code: boolean;
	/** It is turned by a quarter, and read from the bottom to the top. */
	turned?: boolean;
}

/** A line through points. Its corners are rounded unless it is closed. */
export interface Line extends Keyed {
	type: "line";
	points: readonly Point[];
	/** It ends in an arrow. */
	arrow: boolean;
	/** It goes back from the last point to the first. The style sheet says how the area inside is painted. */
	closed: boolean;
}

/** A picture that only has to be painted. Where shapes overlap, a later one covers an earlier one. */
export interface Drawing {
	width: number;
	height: number;
	shapes: readonly Shape[];
	/** What a reader should look at: the sentence on what has changed. Null if nothing has. */
	focus: Box | null;
}

/** The smallest box around these; an empty one if there are none. */
export function boxAround(boxes: readonly Box[]): Box {
	const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
	const right = Math.max(...boxes.map((box) => box.x + box.width));
	const bottom = Math.max(...boxes.map((box) => box.y + box.height));
	return boxes.length === 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x, y, width: right - x, height: bottom - y };
}

/** The box with a margin around it. @param above the margin above, if it differs */
export const grown = ({ x, y, width, height }: Box, by: number, above = by): Box => ({
	...{ x: x - by, y: y - above },
	...{ width: width + 2 * by, height: height + by + above },
});
