/** Times at which something was handed in, or was due. */

/**
 * Reads a point in time such as `2026-11-30T23:59:00+01:00`, or a time that {@link localTime} reads.
 * @param zone the time zone of a time without one; null: such a time is refused, because it is ambiguous
 * @returns milliseconds since 1970; NaN if the text is not such a time
 */
export function parseTimeMs(text: string, zone: string | null = null): number {
	const [, date, time, own] = TIME.exec(localTime(text) ?? text) ?? [];
	const used = own ?? zone;
	if (date === undefined || used === null) return Number.NaN;
	return Date.parse(`${date}T${time}${/^(z|utc)$/i.test(used) ? "Z" : used.replace(/^(...):?/, "$1:")}`);
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** The time zone in a time's text, such as `+01:00`; null if the text has none. */
export const zoneOf = (text: string): string | null => TIME.exec(text)?.[3] ?? null;

/**
 * Reads a time in English words, as learning platforms write it: "Monday, 30 November 2026, 5:05 PM", or "Nov 30, 2026
 * 505 PM".
 * @returns it as `2026-11-30T17:05:00`, which sorts by time; null if the text is not such a time
 */
export function localTime(text: string): string | null {
	const [, words, hours, minutes, half] =
		/^(?:[a-z]+, )?([a-z\d ,]+?\d{4}),? (\d{1,2}):?(\d\d) ?([ap]m)$/i.exec(text) ?? [];
	const ms =
		words === undefined ? Number.NaN : Date.parse(`${words.replaceAll(",", "")} ${hours}:${minutes} ${half} UTC`);
	return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 19);
}
