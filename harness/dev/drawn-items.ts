/** `npm test` tries at most this many items that have a valid record. So it stays short when the course grows. */
const DRAWN_MAX = 200;

/** Which share of the items with a valid record `npm test` tries anyway: a tenth, while the items are few. */
export const drawnShare = (items: number): number => Math.min(1 / 10, DRAWN_MAX / items);
