import { type Drawing, EM } from "../../drawings/shapes.ts";

/** The room to the left of a drawing and above it, in units: a line at its edge is half outside. */
export const MARGIN = 2;
/**
 * How large the text may be, as multiples of the page's text. To see all of a drawing in small text is better than to
 * see a part of it in large text.
 */
const ZOOMS = [1.6, 1.45, 1.3, 1.2, 1.1, 1, 0.92, 0.85, 0.8, 0.74, 0.68, 0.62, 0.55];

/**
 * Draws as large as there is room. If the drawing does not fit even with the smallest text, draws with text as large as
 * the page's, and the place can be scrolled.
 * @param room the place's size, and the size of its text, in pixels; whether the whole page scrolls, as on a phone
 * @param draw draws on a sheet of this width, in units
 * @returns `zoom`: how many pixels a unit is
 */
export function drawToFit(
	room: { width: number; height: number; fontSize: number; pageScrolls: boolean },
	draw: (width: number) => Drawing,
): { drawing: Drawing; zoom: number } {
	const normal = room.fontSize / EM;
	const drawAt = (zoom: number) => draw(room.width / zoom - 2 * MARGIN);
	// Where the page scrolls, the height is unlimited. But the page is narrow, so no text is larger than the page's.
	const [zooms, highest] = room.pageScrolls ? [ZOOMS.filter((zoom) => zoom <= 1), Infinity] : [ZOOMS, room.height];
	for (const zoom of zooms.map((one) => one * normal)) {
		const drawing = drawAt(zoom);
		const { width, height } = pixelsOf(drawing, zoom);
		if (width <= room.width && height <= highest) return { drawing, zoom };
	}
	return { drawing: drawAt(normal), zoom: normal };
}

/** How large a drawing is on the page, in pixels. */
export const pixelsOf = ({ width, height }: Drawing, zoom: number) => ({
	width: Math.floor((width + MARGIN) * zoom),
	height: Math.ceil((height + MARGIN) * zoom),
});
