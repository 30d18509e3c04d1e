import type { SetPicture } from "../views/capabilities-picture.ts";
import type { Box, Point } from "./shapes.ts";
import type { Sheet } from "./sheet.ts";

export const CELL_HEIGHT = 14;
/** Half the width and half the height of a sign. */
const SIGN = 3;

/** What a cell can stand for: its look, and the words of the legend. */
export const STATES = { held: "held", none: "not held", lost: "just lost", won: "just won" } as const;
export type CellState = keyof typeof STATES;

/** The strokes of the signs: a cross if the capability has been lost, a plus if it has been won. */
const STROKES: Partial<Record<CellState, (readonly [Point, Point])[]>> = {
	lost: [
		[
			[-SIGN, -SIGN],
			[SIGN, SIGN],
		],
		[
			[-SIGN, SIGN],
			[SIGN, -SIGN],
		],
	],
	won: [
		[
			[-SIGN, 0],
			[SIGN, 0],
		],
		[
			[0, -SIGN],
			[0, SIGN],
		],
	],
};

export function stateOf({ held, lost, won }: SetPicture, capability: number): CellState {
	if (won.includes(capability)) return "won";
	if (lost.includes(capability)) return "lost";
	return held.includes(capability) ? "held" : "none";
}

/** Draws a cell with its sign. @param at its top left corner @param width with the room beside it */
export function drawCell(sheet: Sheet, key: string, state: CellState, [x, y]: Point, width: number): Box {
	const box = { x: x + 0.75, y, width: width - 1.5, height: CELL_HEIGHT };
	sheet.rectangle(key, box, `capability ${state}`);
	const at = ([right, down]: Point): Point => [x + width / 2 + right, y + CELL_HEIGHT / 2 + down];
	for (const [index, [from, to]] of (STROKES[state] ?? []).entries())
		sheet.line(`${key}.sign.${index}`, [at(from), at(to)], `capability-sign ${state}`);
	return box;
}
