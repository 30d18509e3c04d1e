/** How many items with a valid record `npm test` tries all the same, at most. So it stays short when the course grows. */
const DRAWN_MAX = 200;

/** The share of all items with a valid record that `npm test` tries all the same: a tenth, while the items are few. */
export const drawnShare = (items: number): number => Math.min(1 / 10, DRAWN_MAX / items);
