/**
 * `npm test` tries about this many of the items with a valid record, or fewer. So it stays short when the course grows.
 */
const DRAWN_MAX = 200;

/**
 * The probability with which `npm test` tries an item although the item has a valid record: 1/10 if there are at most
 * 2,000 items. If there are more, the probability is lower, so that a run tries {@link DRAWN_MAX} items on average.
 * @param items how many items have a record
 */
export const drawnShare = (items: number): number => Math.min(1 / 10, DRAWN_MAX / items);

/**
 * `npm test` tries about this many of the items without a valid record, or fewer. No lesson alone has so many items.
 */
const UNKNOWN_MAX = 200;

/**
 * The probability with which `npm test` tries an item without a valid record. It is 1 after a change of one lesson.
 * After a change that every lesson depends on, it is lower, because all items would take hours: a run then tries
 * {@link UNKNOWN_MAX} items on average.
 * @param items how many items have no valid record
 */
export const unknownShare = (items: number): number => Math.min(1, UNKNOWN_MAX / items);
