import { expect } from "vitest";
import type { Box, Drawing, Label, Line, Point, Rectangle } from "../../harness/live/drawings/shapes.ts";
import { Sheet } from "../../harness/live/drawings/sheet.ts";

/** Widths of a panel, in units: of two phones with large text, a phone, a projector, and a large screen. */
export const WIDTHS = [240, 280, 360, 460, 760] as const;

/** A tolerance for rounding: two shapes may overlap, or leave the shape that holds them, by less than this. */
const TOUCHING = 1.5;
/** Looks of rectangles that hold texts, and must not cross. Other rectangles, such as bands, may lie on anything. */
const HOLDERS = /(^| )(card|frame|callout|bar)( |$)/;

/** A sheet where texts are about as wide as in a browser. */
export const sheetOf = (width: number): Sheet =>
	new Sheet(width, (text, { size, bold, code }) => text.length * size * (code ? 0.61 : bold ? 0.56 : 0.52));

export const labelsOf = ({ shapes }: Drawing): Label[] => shapes.filter((shape) => shape.type === "label");
export const rectanglesOf = ({ shapes }: Drawing): Rectangle[] => shapes.filter((shape) => shape.type === "rectangle");

/** @throws {Error} there is no such rectangle */
export function boxOf(drawing: Drawing, key: string): Box {
	const found = rectanglesOf(drawing).find((shape) => shape.key === key);
	if (found === undefined)
		throw new Error(`no rectangle ${key}; there are ${rectanglesOf(drawing).map((one) => one.key)}`);
	return found.box;
}

/** @throws {Error} there is no such line */
export function lineOf(drawing: Drawing, key: string): Line {
	const lines = drawing.shapes.filter((shape) => shape.type === "line");
	const found = lines.find((shape) => shape.key === key);
	if (found === undefined) throw new Error(`no line ${key}; there are ${lines.map((one) => one.key)}`);
	return found;
}

export const contains = (outer: Box, inner: Box): boolean =>
	inner.x >= outer.x - TOUCHING &&
	inner.y >= outer.y - TOUCHING &&
	inner.x + inner.width <= outer.x + outer.width + TOUCHING &&
	inner.y + inner.height <= outer.y + outer.height + TOUCHING;

/** Whether a point, such as the end of a line, is in a box or within a few units of it. */
export const touches = ([x, y]: Point, box: Box): boolean =>
	contains({ x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8 }, { x, y, width: 0, height: 0 });

const overlap = (one: Box, other: Box): boolean =>
	Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x) > TOUCHING &&
	Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y) > TOUCHING;

/**
 * Fails if a text lies on another text, leaves its card, or is outside of the drawing; if two cards overlap and neither
 * lies in the other; or if a key is used twice. A card is a rectangle with one of the looks in `HOLDERS`.
 */
export function expectTidy(drawing: Drawing): void {
	const labels = labelsOf(drawing);
	const holders = rectanglesOf(drawing).filter(({ look }) => HOLDERS.test(look));
	const keys = drawing.shapes.map(({ type, key }) => `${type} ${key}`);
	expect(
		keys.filter((key, index) => keys.indexOf(key) !== index),
		"keys that are used twice",
	).toEqual([]);
	const page = { x: 0, y: 0, width: drawing.width, height: drawing.height };
	expect(
		labels.filter(({ box }) => !contains(page, box)).map(({ text }) => text),
		"texts outside",
	).toEqual([]);
	const pairs = <T>(all: readonly T[]) =>
		all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));
	const onEachOther = pairs(labels).filter(([one, other]) => overlap(one.box, other.box));
	expect(
		onEachOther.map(([one, other]) => `${one.text} | ${other.text}`),
		"texts on each other",
	).toEqual([]);
	const crossing = pairs(holders).filter(
		([one, other]) => overlap(one.box, other.box) && !contains(one.box, other.box) && !contains(other.box, one.box),
	);
	expect(
		crossing.map(([one, other]) => `${one.key} | ${other.key}`),
		"cards that cross",
	).toEqual([]);
	const leaving = labels.filter(({ box }) =>
		holders.some((holder) => overlap(holder.box, box) && !contains(holder.box, box)),
	);
	expect(
		leaving.map(({ text }) => text),
		"texts that leave their cards",
	).toEqual([]);
}
