import type { Answers } from "../events.ts";
import type { Past, Seen } from "./seen.ts";

/** The process that a shell's user talks to. */
export type ShellState = NonNullable<Answers["shells"][string]>;

/**
 * The past without gaps: where a shell's process ended while it was read, it is as it was before. What was seen before
 * all shells were there is left out.
 */
export function known(past: Past): Past {
	const last: Answers["shells"] = {};
	return past.flatMap((seen) => {
		const { atMs, view } = seen;
		const whole = Object.values(view.shells).every((shell) => shell !== null);
		for (const [name, shell] of Object.entries(view.shells)) {
			const before = last[name];
			last[name] = shell ?? (before ? { ...before, listens: false } : null);
		}
		const complete = Object.values(last).every((shell) => shell !== null);
		if (whole && complete) return [seen];
		return complete ? [{ atMs, view: { ...view, shells: { ...last } } }] : [];
	});
}

/**
 * What the last view is to be compared with, to tell what has just changed; null when nothing ever has.
 *
 * That is the last view that was another, or rather how all was before the command that made it so: one command makes
 * many views. Where a command has left nothing behind, it is the last view of the command itself.
 * @param past without gaps
 * @param picture what of a view can change; the same function each time, as what it has said is remembered
 */
export function beforeLastChange(past: Past, picture: (view: Answers) => unknown): Seen | null {
	const texts = remembered.get(picture) ?? new WeakMap<Seen, string>();
	remembered.set(picture, texts);
	const text = (seen: Seen) => {
		const known = texts.get(seen) ?? JSON.stringify(picture(seen.view));
		texts.set(seen, known);
		return known;
	};
	const last = past.at(-1);
	if (last === undefined) return null;
	const now = text(last);
	const other = past.findLastIndex((seen) => text(seen) !== now);
	const settled = past.slice(0, other + 1).findLast(({ view }) => Object.values(view.shells).every(listens));
	return settled !== undefined && text(settled) !== now ? settled : (past[other] ?? null);
}

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

/** An hour's demo is painted hundreds of times, and what was seen does not change. */
const remembered = new WeakMap<(view: Answers) => unknown, WeakMap<Seen, string>>();

const listens = (shell: ShellState | null) => shell?.listens === true;
