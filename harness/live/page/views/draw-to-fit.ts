import { type Drawing, EM } from "../../drawings/shapes.ts";

/** The room to the left of a drawing and above it, in units: a line at its edge is half outside. */
export const MARGIN = 2;
/**
 * How large the text may be, as multiples of the page's text. To see all of a drawing in small text is better than to
 * see a part of it in large text.
 */
const ZOOMS = [1.6, 1.45, 1.3, 1.2, 1.1, 1, 0.92, 0.85, 0.8, 0.74, 0.68, 0.62, 0.55];

/** The place for a drawing. */
export interface Room {
	/** The place's size, and the size of its text, in pixels. */
	width: number;
	height: number;
	fontSize: number;
	/** Whether the whole page scrolls, as on a phone. */
	pageScrolls: boolean;
}

/**
 * Draws as large as there is room. If the drawing does not fit even with the smallest text, draws with text as large as
 * the page's, and the place can be scrolled.
 * @param draw draws on a sheet of this width, in units
 * @param atNormalText the room that there would be if the page's text were not large. The drawing's text is at least as
 * large as it would be there. Null if the page's text is not large
 * @returns `zoom`: how many pixels a unit is
 */
export function drawToFit(
	room: Room,
	draw: (width: number) => Drawing,
	atNormalText: Room | null = null,
): { drawing: Drawing; zoom: number } {
	const normal = room.fontSize / EM;
	const atNormal = atNormalText && largestFitting(atNormalText, draw, 0);
	const least = atNormal?.zoom ?? (atNormalText?.fontSize ?? 0) / EM;
	const fitting = largestFitting(room, draw, least);
	if (fitting !== null) return fitting;
	// What is whole in normal text is nearly whole here.
	const zoom = atNormal?.zoom ?? normal;
	return { drawing: drawIn(room, draw, zoom), zoom };
}

/** The drawing with the largest text with which it fits; null if it does not fit. @param least the smallest zoom */
function largestFitting(room: Room, draw: (width: number) => Drawing, least: number) {
	// Where the page scrolls, the height is unlimited. But the page is narrow, so no text is larger than the page's.
	const [multiples, highest] = room.pageScrolls ? [ZOOMS.filter((one) => one <= 1), Infinity] : [ZOOMS, room.height];
	const zooms = multiples.map((one) => (one * room.fontSize) / EM).filter((zoom) => zoom > least);
	for (const zoom of [...zooms, ...(least > 0 ? [least] : [])]) {
		const drawing = drawIn(room, draw, zoom);
		const { width, height } = pixelsOf(drawing, zoom);
		if (width <= room.width && height <= highest) return { drawing, zoom };
	}
	return null;
}

const drawIn = (room: Room, draw: (width: number) => Drawing, zoom: number) => draw(room.width / zoom - 2 * MARGIN);

/** How large a drawing is on the page, in pixels. */
export const pixelsOf = ({ width, height }: Drawing, zoom: number) => ({
	width: Math.floor((width + MARGIN) * zoom),
	height: Math.ceil((height + MARGIN) * zoom),
});
