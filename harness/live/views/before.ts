import type { Past } from "./seen.ts";

/**
 * A view's picture of now, and the last one that was another.
 * @param pictureOf makes a picture of one moment
 * @returns `before` is null when nothing has ever changed; both are when nothing was seen
 */
export function lastTwo<P>(
	past: Past,
	pictureOf: (moment: Past[number]) => P,
): { now: P; before: P | null } | { now: null; before: null } {
	const last = past.at(-1);
	if (last === undefined) return { now: null, before: null };
	const now = pictureOf(last);
	const text = JSON.stringify(now);
	for (const moment of past.slice(0, -1).toReversed()) {
		const before = pictureOf(moment);
		if (JSON.stringify(before) !== text) return { now, before };
	}
	return { now, before: null };
}

/** "one", "one and two", "one, two and three". */
export function joined(words: readonly string[]): string {
	const last = words.at(-1) ?? "";
	return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
