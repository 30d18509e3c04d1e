/**
 * `npm test` tries about this many items on average, besides every solution and skeleton. So it stays short when the course
 * grows.
 */
const TRIED = 200;

/**
 * The probability with which `npm test` tries an item without a valid record. It is 1 after a change of one lesson: no
 * lesson has more than {@link TRIED} items. After a change that every lesson depends on, it is lower, because all items
 * would take hours.
 * @param unknown how many items have no valid record
 */
export const unknownShare = (unknown: number): number => Math.min(1, TRIED / unknown);

/**
 * The probability with which `npm test` tries an item although the item has a valid record: 1/10, or less if a run would
 * otherwise try more than {@link TRIED} items on average. However many items have no record, a quarter of {@link TRIED}
 * is left for items with a record.
 * @param known how many items have a valid record
 * @param unknown how many have none, which are tried first
 */
export const drawnShare = (known: number, unknown = 0): number =>
	Math.min(1 / 10, Math.max(TRIED / 4, TRIED - unknown) / known);
